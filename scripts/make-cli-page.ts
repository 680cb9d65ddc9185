import { writeFileSync } from 'node:fs'
import { cliPage } from './contents/cli-page.ts'
import { formatPage } from './contents/format-page.ts'
import { readCommands } from './contents/read-commands.ts'

const page = 'docs/cli.md'
const { program, afterOf } = readCommands()
const text = cliPage(program, afterOf)
writeFileSync(page, await formatPage(page, text))
console.log(page)
