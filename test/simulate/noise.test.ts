import { describe, expect, test } from 'vitest'
import { noises, type Noise } from '../../src/simulate/noise.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { errorRate, logMemory, metric, podsOf, slowerShare, total, type Grid } from './read-recording.ts'

const steady = { podSd: 0, sd: 0, rho: 0 }
/** With this many requests, counting adds almost no noise to that of the pods. */
const heavy = { traffic: { rps: 200_000, podSd: 0 }, metrics: { errors: 'errors', memory: 'memory' } }

/** ln of the ratio of each pod's failure rate to the service's, `[pod][slice]`. */
function logRates(noise: Noise, options: { readonly stablePods: number; readonly history: number }): Grid {
  const service = { ...simulateDefaults, errorRate: 0.01 }
  const recording = simulateRollout({ seed: 'noise', ...heavy, ...options, plan: [], noise, service })
  const { bad, total: of } = metric(recording, 'errors')
  const requests = podsOf(recording, 'stable', of)
  return podsOf(recording, 'stable', bad).map((row, pod) =>
    row.map((failed, slice) => Math.log(failed / (requests[pod]?.[slice] ?? 0) / service.errorRate)),
  )
}

const simulateDefaults = {
  errorRate: 0.005,
  latencyMedian: 0.1,
  latencySigma: 0.6,
  latencyBounds: [0.1, 0.25],
  checkoutShare: 0.4,
  conversionRate: 0.2,
  memoryBytes: 5e8,
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
const centred = (values: readonly number[]) => {
  const centre = mean(values)
  return values.map((x) => x - centre)
}
const variance = (values: readonly number[]) => mean(centred(values).map((x) => x ** 2))

describe('wobble', () => {
  test('podSd is the standard deviation between pods, and stays for life', () => {
    const rates = logRates(
      { ...noises.none, errors: { ...steady, podSd: 0.3 } },
      { stablePods: 400, history: 10 },
    )
    const levels = rates.map(mean)
    // sd of an sd from 400 pods: 3.5 %
    expect(Math.sqrt(variance(levels))).toBeGreaterThan(0.3 * 0.87)
    expect(Math.sqrt(variance(levels))).toBeLessThan(0.3 * 1.13)
    expect(mean(levels)).toBeCloseTo(-0.045, 1)
    for (const row of rates.slice(0, 20)) expect(variance(row)).toBeLessThan(0.3 ** 2 / 5)
  })

  test('sd and rho are those of a settled autoregression in every slice', () => {
    const rates = logRates(
      { ...noises.none, errors: { podSd: 0, sd: 0.25, rho: 0.9 } },
      { stablePods: 20, history: 1500 },
    )
    const levels = rates.map(centred)
    const lagged = (lag: number) =>
      mean(levels.flatMap((row) => row.slice(lag).map((x, i) => x * (row[i] ?? 0))))
    expect(Math.sqrt(lagged(0))).toBeCloseTo(0.25, 1)
    expect(lagged(1) / lagged(0)).toBeCloseTo(0.9, 1)
    expect(lagged(5) / lagged(0)).toBeGreaterThan(0.9 ** 5 - 0.07)
    expect(lagged(5) / lagged(0)).toBeLessThan(0.9 ** 5 + 0.07)
    expect(Math.sqrt(variance(rates.map((row) => row[0] ?? 0)))).toBeGreaterThan(0.12)
  })

  test('pods wobble independently of each other', () => {
    const rates = logRates(
      { ...noises.none, errors: { podSd: 0, sd: 0.25, rho: 0 } },
      { stablePods: 10, history: 2000 },
    )
    const [a = [], ...others] = rates.map(centred)
    for (const b of others) {
      const covariance = mean(a.map((x, i) => x * (b[i] ?? 0)))
      expect(Math.abs(covariance / 0.25 ** 2)).toBeLessThan(4 / Math.sqrt(2000))
    }
  })

  test('traffic.podSd spreads requests over the pods unevenly and keeps their sum', () => {
    const recording = simulateRollout({
      seed: 1,
      traffic: { rps: 1000, podSd: 0.5 },
      stablePods: 100,
      plan: [],
    })
    const loads = podsOf(recording, 'stable', metric(recording, 'errors').total).map((row) => mean(row))
    expect(Math.sqrt(variance(loads.map(Math.log)))).toBeGreaterThan(0.35)
    expect(Math.sqrt(variance(loads.map(Math.log)))).toBeLessThan(0.65)
    expect(mean(loads) / 600).toBeCloseTo(1, 2)
  })
})

describe('bursts', () => {
  test('start and go on at their chances, and multiply errors', () => {
    const noise = { ...noises.none, bursts: { start: 0.0155, goOn: 0.5, errors: 10, latency: 1.5 } }
    const inBurst = logRates(noise, { stablePods: 40, history: 2500 }).map((row) => row.map((x) => x > 1))
    const pairs = inBurst.flatMap((row) => row.slice(1).map((now, i) => ({ now, before: row[i] ?? false })))
    const share = (of: readonly { readonly now: boolean }[]) => of.filter(({ now }) => now).length / of.length
    expect(share(pairs.filter(({ before }) => before))).toBeCloseTo(0.5, 1)
    expect(share(pairs.filter(({ before }) => !before)) / 0.0155).toBeCloseTo(1, 0)
    expect(share(pairs) / (0.0155 / 0.5155)).toBeGreaterThan(0.85)
    expect(share(pairs) / (0.0155 / 0.5155)).toBeLessThan(1.15)
    expect(share(inBurst.map((row) => ({ now: row[0] ?? false })))).toBeLessThan(0.2)
  })
})

describe('what happens to both arms', () => {
  test('trend raises traffic, errors and latency evenly and then stays', () => {
    const noise = { ...noises.none, trend: { minutes: 20, traffic: 2, errors: 3, latency: 1.4 } }
    const recording = simulateRollout({ seed: 1, noise, traffic: { rps: 20_000, podSd: 0 } })
    const { total: of } = metric(recording, 'errors')
    const all = (slice: number) =>
      total(podsOf(recording, 'stable', of).concat(podsOf(recording, 'canary', of)), slice, slice + 1)
    expect([100, 120, 130, 140, 149].map((slice) => Math.round((all(slice) / 1_200_000) * 20) / 20)).toEqual([
      1, 1, 1.5, 2, 2,
    ])
    for (const arm of ['stable', 'canary'] as const) {
      expect(errorRate(recording, arm, 130, 131) / 0.005).toBeCloseTo(2, 0)
      expect(errorRate(recording, arm, 141) / 0.005).toBeCloseTo(3, 1)
      expect(slowerShare(recording, arm, 0.25, 141)).toBeCloseTo(slowerAt(0.25 / 1.4), 2)
    }
    expect(errorRate(recording, 'stable', 0, 120) / 0.005).toBeCloseTo(1, 1)
  })

  test('outage fails its share in both arms for its minutes, at a minute drawn from the seed', () => {
    const begins = Array.from({ length: 40 }, (_, seed) => {
      const recording = simulateRollout({
        seed,
        noise: noises['outage-30'],
        plan: [{ weight: 50, minutes: 30, pods: 10 }],
      })
      const high = Array.from({ length: 30 }, (_slice, i) => 120 + i).filter(
        (k) => errorRate(recording, 'stable', k, k + 1) > 0.15,
      )
      expect(high).toHaveLength(3)
      const [first = 0] = high
      expect(high).toEqual([first, first + 1, first + 2])
      expect(errorRate(recording, 'canary', first, first + 3)).toBeCloseTo(0.305, 1)
      return first - 120
    })
    expect(Math.min(...begins)).toBeLessThan(7)
    expect(Math.max(...begins)).toBeGreaterThan(20)
    expect(new Set(begins).size).toBeGreaterThan(12)
  })

  test('memoryWave moves the memory of all pods together', () => {
    const noise = { ...noises.none, memoryWave: { height: 0.1, period: 40 } }
    const recording = simulateRollout({ seed: 1, noise })
    expect(logMemory(recording, 'stable', 140) - logMemory(recording, 'stable', 120)).toBeCloseTo(
      0.1 * Math.sin(0.5),
      6,
    )
    expect(logMemory(recording, 'canary', 140)).toBeCloseTo(logMemory(recording, 'stable', 140), 6)
  })
})

describe('what happens to new pods', () => {
  const plan = [{ weight: 50, minutes: 20, pods: 10 }]
  const traffic = { rps: 50_000, podSd: 0 }

  test('coldStart fades by e in its minutes and spares stable', () => {
    const noise = { ...noises.none, coldStart: { errors: 9, latency: 2.5, fadeMinutes: 2 } }
    const recording = simulateRollout({ seed: 1, noise, plan, traffic })
    for (const age of [0, 1, 4]) {
      const left = Math.exp(-age / 2)
      expect(errorRate(recording, 'canary', 120 + age, 121 + age) / 0.005 / (1 + 8 * left)).toBeCloseTo(1, 1)
      expect(slowerShare(recording, 'canary', 0.25, 120 + age, 121 + age)).toBeCloseTo(
        slowerAt(0.25 / (1 + 1.5 * left)),
        2,
      )
    }
    expect(errorRate(recording, 'stable', 120, 123) / 0.005).toBeCloseTo(1, 1)
  })

  test('coldStart begins anew for the pods of a later step', () => {
    const recording = simulateRollout({ seed: 1, noise: noises['cold-start'], traffic })
    expect(
      errorRate(recording, 'canary', 130, 131) / errorRate(recording, 'canary', 129, 130),
    ).toBeGreaterThan(4)
  })

  test('cacheFill begins at what is missing and reaches the level in its minutes', () => {
    const recording = simulateRollout({
      seed: 1,
      noise: { ...noises.none, cacheFill: { missing: 0.3, minutes: 10 } },
      plan,
    })
    const lack = (slice: number) =>
      Math.exp(logMemory(recording, 'canary', slice) - logMemory(recording, 'stable', slice))
    expect(lack(120)).toBeCloseTo(0.7, 6)
    expect(lack(125)).toBeCloseTo(0.85, 6)
    expect(lack(130)).toBeCloseTo(1, 6)
    expect(lack(139)).toBeCloseTo(1, 6)
  })
})

/** The share of requests above a bound at the service's own level, from 4 000 quantiles of the log-normal. */
function slowerAt(bound: number): number {
  const recording = simulateRollout({
    seed: 'reference',
    plan: [],
    history: 20,
    noise: noises.none,
    traffic: { rps: 50_000, podSd: 0 },
    service: { ...simulateDefaults, latencyBounds: [bound] },
  })
  return slowerShare(recording, 'stable', bound, 0)
}
