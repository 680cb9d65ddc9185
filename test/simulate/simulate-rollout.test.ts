import { describe, expect, test } from 'vitest'
import { parseRecording } from '../../src/formats/recording/parse-recording.ts'
import { effects } from '../../src/simulate/effect.ts'
import { noises } from '../../src/simulate/noise.ts'
import { scenarios } from '../../bench/scenarios.ts'
import { rolloutDefaults } from '../../src/simulate/simulated-rollout.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { normalSf } from '../../src/engine/stats/normal-sf.ts'
import { conversionRate, errorRate, metric, podsOf, slowerShare, total } from './read-recording.ts'

describe('simulateRollout', () => {
  test('simulateRollout({ seed }) makes the rollout of the benchmark', () => {
    const recording = simulateRollout({ seed: 1 })
    expect(recording).toMatchObject({ sliceSeconds: 60, slices: 150, rolloutStart: 120, gates: 3 })
    expect(recording.steps).toEqual([
      { slice: 120, ends: 130, weight: 5, next: 25 },
      { slice: 130, ends: 140, weight: 25, next: 50 },
      { slice: 140, ends: 150, weight: 50, next: 100 },
    ])
    expect(recording.pods.filter((pod) => pod.arm === 'stable')).toHaveLength(10)
    expect(recording.pods.filter((pod) => pod.arm === 'canary')).toHaveLength(10)
    expect(Object.keys(recording.metrics)).toEqual(['errors', 'latency', 'conversion', 'memory'])
  })

  test('simulateRollout({ seed }) repeats itself for the same seed and for no other', () => {
    const options = { noise: noises.bursty, effect: effects.leak }
    const first = simulateRollout({ seed: 'a', ...options })
    expect(simulateRollout({ seed: 'a', ...options })).toEqual(first)
    expect(simulateRollout({ seed: 'b', ...options })).not.toEqual(first)
  })

  test('simulateRollout({ seed }) is uncorrelated between seeds, arms, pods and metrics', () => {
    const series = ['s/1', 's/2'].flatMap((seed) => {
      const recording = simulateRollout({ seed, history: 2000, plan: [], noise: noises.none })
      const { bad, total: of } = metric(recording, 'errors')
      const good = metric(recording, 'conversion').good
      return [
        ...podsOf(recording, 'stable', bad).slice(0, 2),
        ...[of, good].map((rows) => podsOf(recording, 'stable', rows)[2] ?? []),
      ]
    })
    for (const [i, x] of series.entries()) {
      for (const [j, y] of series.entries()) {
        // the requests and the orders of one pod are meant to correlate
        if (j <= i || (i % 4 === 2 && j === i + 1)) continue
        expect(Math.abs(correlation(x, y)), `${i} ${j}`).toBeLessThan(4 / Math.sqrt(2000))
      }
    }
  })

  test.each(Object.entries(scenarios))(
    'simulateRollout() in %s is a recording the service accepts',
    (_, scenario) => {
      const recording = simulateRollout({ seed: 5, ...scenario })
      expect(parseRecording(structuredClone(recording))).toEqual(recording)
      expect(parseRecording(simulateRollout({ seed: 5, ...scenario, podLabels: false })).pods).toHaveLength(2)
    },
  )

  test('simulateRollout({ effect }) leaves the stable arm and every other metric as they were', () => {
    const healthy = simulateRollout({ seed: 3 })
    const sick = simulateRollout({ seed: 3, effect: effects['errors-x10'] })
    expect(sick.metrics['latency']).toEqual(healthy.metrics['latency'])
    expect(sick.metrics['conversion']).toEqual(healthy.metrics['conversion'])
    expect(sick.metrics['memory']).toEqual(healthy.metrics['memory'])
    expect(errorRate(sick, 'stable')).toBe(errorRate(healthy, 'stable'))
    expect(errorRate(sick, 'canary')).toBeGreaterThan(5 * errorRate(healthy, 'canary'))
  })

  test('simulateRollout() grows the canary step by step and has no canary in history', () => {
    const recording = simulateRollout({ seed: 1 })
    const { total: of } = metric(recording, 'errors')
    const born = podsOf(recording, 'canary', of).map((row) => row.findIndex((value) => !Number.isNaN(value)))
    expect(born).toEqual([120, 120, 130, 130, 130, 140, 140, 140, 140, 140])
    for (const row of podsOf(recording, 'stable', of)) expect(row.some(Number.isNaN)).toBe(false)
    const { bad } = metric(recording, 'errors')
    const { value } = metric(recording, 'gauge')
    for (const [row, pod] of of.entries()) {
      const missing = (samples: readonly (number | null)[] | null | undefined) =>
        samples?.map((x) => x === null)
      expect(missing(bad[row])).toEqual(missing(pod))
      expect(missing(value[row])).toEqual(missing(pod))
      for (const bound of metric(recording, 'latency').above[row] ?? [])
        expect(missing(bound)).toEqual(missing(pod))
    }
  })

  test('simulateRollout({ plan }) lets pods come and go with the steps, in slices of any length', () => {
    const recording = simulateRollout({
      seed: 1,
      sliceSeconds: 30,
      history: 20,
      stablePods: 4,
      plan: [
        { weight: 10, minutes: 2, pods: 2 },
        { weight: 100, minutes: 1, pods: 1, stablePods: 0 },
      ],
      metrics: { errors: 'http_errors' },
    })
    expect(recording.steps?.map((step) => step.ends)).toEqual([24, 26])
    expect(Object.keys(recording.metrics)).toEqual(['http_errors'])
    const { total: of } = metric(recording, 'errors')
    const present = (arm: 'canary' | 'stable') =>
      podsOf(recording, arm, of).map((row) => row.filter((x) => !Number.isNaN(x)).length)
    expect(present('canary')).toEqual([6, 4])
    expect(present('stable')).toEqual([24, 24, 24, 24])
    const expected = 50 * 30
    expect(total(podsOf(recording, 'canary', of), 24, 26) / 2 / expected).toBeCloseTo(1, 1)
  })

  test('simulateRollout({ plan: [] }) is history alone', () => {
    const recording = simulateRollout({ seed: 1, plan: [] })
    expect(recording).toMatchObject({ slices: 120, rolloutStart: 120, gates: 0 })
    expect(recording.pods).toHaveLength(10)
  })

  test('simulateRollout({ podLabels: false }) sums the counts of an arm and averages its gauges', () => {
    const pods = simulateRollout({ seed: 2, id: 'x' })
    const arms = simulateRollout({ seed: 2, id: 'x', podLabels: false })
    expect(arms.id).toBe('x')
    expect(arms.pods).toEqual([
      { name: 'stable', arm: 'stable', aggregate: true },
      { name: 'canary', arm: 'canary', aggregate: true },
    ])
    for (const arm of ['stable', 'canary'] as const) {
      expect(errorRate(arms, arm)).toBe(errorRate(pods, arm))
      expect(conversionRate(arms, arm)).toBe(conversionRate(pods, arm))
      expect(slowerShare(arms, arm, 0.25)).toBe(slowerShare(pods, arm, 0.25))
      const memory = podsOf(pods, arm, metric(pods, 'gauge').value).map((row) => row[149] ?? 0)
      const mean = memory.reduce((sum, x) => sum + x, 0) / memory.length
      expect(podsOf(arms, arm, metric(arms, 'gauge').value)[0]?.[149]).toBeCloseTo(mean, 3)
    }
    expect(metric(arms, 'errors').total[1]?.slice(118, 121)).toEqual([null, null, expect.any(Number)])
  })
})

describe('a healthy rollout', () => {
  const { service } = rolloutDefaults
  const many = Array.from({ length: 40 }, (_, seed) => simulateRollout({ seed }))
  const mean = (of: (recording: (typeof many)[number]) => number) =>
    many.reduce((sum, recording) => sum + of(recording), 0) / many.length

  test('has the base rates in both arms', () => {
    for (const arm of ['stable', 'canary'] as const) {
      const from = arm === 'stable' ? 0 : 120
      expect(mean((r) => errorRate(r, arm, from))).toBeCloseTo(service.errorRate, 4)
      expect(mean((r) => conversionRate(r, arm, from))).toBeCloseTo(service.conversionRate, 2)
      for (const bound of [0.05, 0.1, 0.25, 0.5]) {
        const truth = normalSf(Math.log(bound / service.latencyMedian) / service.latencySigma)
        expect(mean((r) => slowerShare(r, arm, bound, from)) / truth, `${arm} ${bound}`).toBeCloseTo(1, 1)
      }
    }
  })

  test('sends each arm its weight of 50 requests a second', () => {
    const requests = (arm: 'canary' | 'stable', from: number, to: number) =>
      mean((r) => total(podsOf(r, arm, metric(r, 'errors').total), from, to)) / (to - from)
    expect(requests('stable', 0, 120) / 3000).toBeCloseTo(1, 2)
    expect(requests('canary', 120, 130) / 150).toBeCloseTo(1, 1)
    expect(requests('stable', 120, 130) / 2850).toBeCloseTo(1, 2)
    expect(requests('canary', 140, 150) / 1500).toBeCloseTo(1, 2)
  })

  test('turns 40 % of requests into checkouts', () => {
    const checkouts = mean((r) => total(podsOf(r, 'stable', metric(r, 'conversion').total), 0, 120))
    const requests = mean((r) => total(podsOf(r, 'stable', metric(r, 'errors').total), 0, 120))
    expect(checkouts / requests).toBeCloseTo(0.4, 3)
  })
})

function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(x), mean(y)]
  const sum = (f: (a: number, b: number) => number) =>
    x.reduce((acc, a, i) => acc + f(a - mx, (y[i] ?? 0) - my), 0)
  return sum((a, b) => a * b) / Math.sqrt(sum((a) => a * a) * sum((_, b) => b * b))
}
