import { writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { cliPage } from './contents/cli-page.ts'
import { readCommands } from './contents/read-commands.ts'

const page = 'docs/cli.md'
const { program, afterOf } = readCommands()
const text = cliPage(program, afterOf)
writeFileSync(page, await format(text, { ...(await resolveConfig(page)), parser: 'markdown' }))
console.log(page)
