import { writeFileSync } from 'node:fs'
import { chartFiles } from './chart/chart-files.ts'

for (const [path, text] of Object.entries(chartFiles())) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text)
  console.log(path)
}
