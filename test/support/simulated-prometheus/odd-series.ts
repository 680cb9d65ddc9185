import { createRandom, uniform } from '../../../src/simulate/random.ts'
import type { SimulatedSeries } from './simulated-series.ts'

export const oddStart = Date.UTC(2026, 0, 5, 10)
export const oddEnd = oddStart + 40 * 60_000

/** Counters and gauges over 40 minutes with everything that makes PromQL hard. The numbers are whole, so that sums are exact. */
export function oddSeries(): readonly SimulatedSeries[] {
  return [
    ...pods.flatMap((pod, index) =>
      ['200', '500'].map((code, row) => ({
        labels: { __name__: 'hits_total', pod, code, job: index % 2 === 0 ? 'a' : 'b', zone: '' },
        ...counter(`${pod}/${code}`, {
          every: 15_000 + 5000 * index,
          from: index * 7 + row,
          gap: index === 3,
        }),
      })),
    ),
    { labels: { __name__: 'temperature', pod: 'web-1', unit: 'μ"\\\n' }, ...gauge() },
    { labels: { __name__: 'temperature', pod: 'web-2' }, times: [oddStart + 60_000], values: [1e21] },
    {
      labels: { __name__: 'tiny', pod: 'web-1' },
      times: [oddStart, oddStart + 30_500],
      values: [1e-7, -2.5e-9],
    },
  ]
}

const pods = ['web-1', 'web-2', 'web-api-1', 'db.0', 'line\nbreak']

function counter(
  seed: string,
  { every, from, gap }: { readonly every: number; readonly from: number; readonly gap: boolean },
): Pick<SimulatedSeries, 'times' | 'values'> {
  const random = createRandom(seed)
  const times: number[] = []
  const values: number[] = []
  let value = Math.floor(uniform(random) * 3)
  for (let at = oddStart + from * 60_000 + Math.floor(uniform(random) * every); at <= oddEnd; at += every) {
    if (uniform(random) < 0.05) value = 0
    value += Math.floor(uniform(random) * 40)
    const missing =
      uniform(random) < 0.1 || (gap && at > oddStart + 25 * 60_000 && at < oddStart + 33 * 60_000)
    if (missing) continue
    times.push(at)
    values.push(value)
  }
  return { times, values }
}

function gauge(): Pick<SimulatedSeries, 'times' | 'values'> {
  const times = Array.from({ length: 80 }, (_, index) => oddStart + index * 30_000)
  const odd = [Number.NaN, Infinity, -Infinity, -0, 0, 1e-6, 9e-7, 1e20, 1e21, 123456789.125]
  return { times, values: times.map((_, index) => odd[index] ?? index - 40) }
}
