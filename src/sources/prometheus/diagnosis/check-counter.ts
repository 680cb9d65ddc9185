import type { Finding } from '../../../judge/ports/diagnosis.ts'
import { missing, type PreparedMetric } from './prepared-metric.ts'
import type { Probe } from './probe-queries.ts'

/** Not even a crash loop makes a counter fall so often. */
const FALLING_SHARE = 0.25
const LEAST_FALLS = 5

/** A level or a rate in place of a counter: what it rises by would be taken for requests. */
export function checkCounter(one: PreparedMetric, { result, of }: Probe): readonly Finding[] {
  if (one.queries.kind === 'gauge') return []
  let changes = 0
  let falls = 0
  for (const { values } of result) {
    values.forEach((value, i) => {
      const before = values[i - 1]
      if (before === undefined || value === before) return
      changes += 1
      if (value < before) falls += 1
    })
  }
  if (falls < LEAST_FALLS || falls < FALLING_SHARE * changes) return []
  const text = `${of} fell in ${falls} of ${changes} changes, which no counter does: expected a counter as it is scraped, not a gauge, a rate or a recording rule of one`
  return [missing(one, 'not-a-counter', text)]
}
