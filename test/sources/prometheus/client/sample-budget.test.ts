import { expect, test } from 'vitest'
import type { PrometheusClient } from '../../../../src/sources/prometheus/client/client.ts'
import type { QueryResult } from '../../../../src/sources/prometheus/client/query-result.ts'
import { createSampleBudget } from '../../../../src/sources/prometheus/client/sample-budget.ts'
import { SourceError } from '../../../../src/sources/prometheus/client/source-error.ts'

const window = { start: 0, end: 60, stepSeconds: 60 }
const never = new AbortController().signal
const tooLarge = /^the answers of Prometheus have more than 10 samples together$/

const samples = (count: number): QueryResult => {
  const times = Array.from({ length: count }, (_, i) => i)
  return { series: [{ labels: {}, times, values: times }], warnings: [] }
}

/** Answers `x7` with seven samples, and never answers `x`. */
const client: PrometheusClient = {
  instant: async () => samples(1),
  range: async (query, _, signal) => {
    const count = Number(query.slice(1))
    if (count > 0) return samples(count)
    const { promise, reject } = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => reject(new SourceError('source-timeout', 'aborted')))
    return promise
  },
  series: async () => [{ pod: 'a' }],
  metricNames: async () => ['up'],
  close: () => undefined,
}

test('within(client) hands answers on while they fit together', async () => {
  const asked = createSampleBudget(10).within(client)
  expect(await asked.range('x9', window, never)).toEqual(samples(9))
  expect(await asked.instant('time()', undefined, never)).toEqual(samples(1))
  expect(await asked.series('x', window, never)).toEqual([{ pod: 'a' }])
  expect(await asked.metricNames(window, never)).toEqual(['up'])
})

test('within(client) fails the query that exceeds the budget, those under way and those after it', async () => {
  const budget = createSampleBudget(10)
  const [one, other] = [budget.within(client), budget.within(client)]
  const underWay = other.range('x', window, never)
  expect(await one.range('x8', window, never)).toEqual(samples(8))
  await expect(other.range('x3', window, never)).rejects.toThrow(tooLarge)
  await expect(underWay).rejects.toThrow(tooLarge)
  await expect(one.instant('time()', undefined, never)).rejects.toMatchObject({ kind: 'source-too-large' })
})

test('within(client) leaves the failures of the client and the deadline of the caller as they are', async () => {
  const asked = createSampleBudget(10).within(client)
  const deadline = new AbortController()
  const waiting = asked.range('x', window, deadline.signal)
  deadline.abort()
  await expect(waiting).rejects.toMatchObject({ kind: 'source-timeout' })
  expect(await asked.range('x9', window, never)).toEqual(samples(9))
})
