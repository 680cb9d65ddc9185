import { writeFileSync } from 'node:fs'
import { adrIndex } from './contents/adr-index.ts'

writeFileSync(new URL('../docs/adr/README.md', import.meta.url), adrIndex())
console.log('docs/adr/README.md')
