import { writeFileSync } from 'node:fs'
import { openApi } from '../src/http/openapi/openapi.ts'
import { runApp } from '../test/support/service/run-app.ts'
import { apiPage } from './contents/api-page.ts'
import { formatPage } from './contents/format-page.ts'

const page = 'docs/api.md'
await using running = await runApp()
const text = apiPage(openApi(running.app.groups, { version: '' }))
writeFileSync(page, await formatPage(page, text))
console.log(page)
