import { readFileSync, writeFileSync } from 'node:fs'
import { accuracyTable } from './contents/accuracy-table.ts'

const page = 'docs/statistics.md'
writeFileSync(
  page,
  accuracyTable(readFileSync(page, 'utf8'), readFileSync('bench/results/accuracy-no-worse.json', 'utf8')),
)
