import { readFileSync, writeFileSync } from 'node:fs'
import { pages, written } from './contents/rollouts-pages.ts'

const json = readFileSync('bench/results/rollouts.json', 'utf8')
for (const page of pages) writeFileSync(page, await written(page, readFileSync(page, 'utf8'), json))
