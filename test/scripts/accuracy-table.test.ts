import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { reasonCodes } from '../../src/engine/model/verdict.ts'
import { sourceProblemCodes } from '../../src/engine/model/recording.ts'
import { accuracyTable } from '../../scripts/contents/accuracy-table.ts'

const page = readFileSync('docs/statistics.md', 'utf8')

describe('docs/statistics.md', () => {
  it("carries the benchmark's own figures; `npm run docs:accuracy` writes them", () => {
    expect(accuracyTable(page, readFileSync('bench/results/accuracy-no-worse.json', 'utf8'))).toBe(page)
  })

  it.each([...reasonCodes, ...sourceProblemCodes])('explains the reason %s', (code) => {
    expect(page).toContain(`\`${code}\``)
  })
})
