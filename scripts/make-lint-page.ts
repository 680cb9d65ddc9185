import { writeFileSync } from 'node:fs'
import { lintPage } from './contents/lint-page.ts'

writeFileSync('docs/lint.md', await lintPage())
console.log('docs/lint.md')
