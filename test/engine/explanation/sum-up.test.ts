import { describe, expect, it } from 'vitest'
import { sumUp } from '../../../src/engine/explanation/summary.ts'
import type { Uncertainty } from '../../../src/engine/explanation/uncertainty.ts'
import { one } from './doubts.ts'

describe('sumUp', () => {
  const data = (metric: string, minutes?: number): Uncertainty =>
    one('needs-more-data', metric, minutes === undefined ? ' needs more events' : ' needs time', minutes)

  it('says so when nothing stands in the way', () => {
    expect(sumUp([])).toBe('nothing to judge by yet')
  })

  it.each([
    ['one metric', [data('p95', 6)], 'p95 needs 4 to 9 more minutes at this traffic'],
    [
      'two metrics',
      [data('errors', 30), data('p95', 6)],
      'errors and p95 need 21 to 45 more minutes at this traffic',
    ],
    [
      'three metrics',
      [data('errors', 3), data('p95', 1), data('sales', 9)],
      'errors, p95 and sales need 6 to 14 more minutes at this traffic',
    ],
    ['one of which nobody knows', [data('errors', 3), data('p95')], 'errors needs time'],
    ['none of which anybody knows', [data('errors'), data('p95', 4)], 'errors needs more events'],
  ])('gives the longest wait for data: %s', (_name, list, text) => {
    expect(sumUp(list)).toBe(text)
  })

  it('gives the longest warm-up, a minute where it is not known', () => {
    const warm = (metric: string, minutes?: number): Uncertainty =>
      one('warming-up', metric, ': warms up', minutes)
    expect(sumUp([warm('errors', 2), warm('p95', 4)])).toBe('canary pods are warming up, 4 more minutes')
    expect(sumUp([warm('errors')])).toBe('canary pods are warming up, 1 more minute')
  })

  it.each([
    ['no-canary-data', 'no data of the canary'],
    ['no-stable-data', 'no data of stable'],
    ['no-canary-traffic', 'the canary has no traffic'],
    ['no-stable-traffic', 'stable has no traffic'],
  ] as const)('says %s once for all metrics that share it', (code, text) => {
    const other = one('needs-more-data', 'sales', ' needs time', 5)
    const list = [one(code, 'errors', ': own words'), one(code, 'p95', ': own words'), other]
    expect(sumUp(list)).toBe(`${text} (errors and p95)`)
    expect(sumUp(list.slice(1))).toBe('p95: own words')
  })

  it('keeps to the first of reasons that have nothing in common', () => {
    const missing = [one('metric-missing', 'errors', ': gone'), one('metric-missing', 'p95', ': gone')]
    expect(sumUp(missing)).toBe('errors: gone')
    expect(sumUp([one('not-decidable', 'errors', ': never'), data('p95', 3)])).toBe('errors: never')
  })
})
