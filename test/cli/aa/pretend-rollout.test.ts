import { expect, test } from 'vitest'
import type { Arm, MetricData, Recording, Sample } from '../../../src/engine/model/recording.ts'
import { dataColumns } from '../../../src/engine/model/data-columns.ts'
import { upTo } from '../../../src/engine/model/up-to.ts'
import { drawPods, pretendRollout } from '../../../src/cli/aa/pretend/pretend-rollout.ts'
import { pretendReleases } from '../../../src/cli/aa/pretend/releases.ts'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import { createRandom } from '../../../src/simulate/random.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { normalSf } from '../../../src/engine/stats/normal-sf.ts'

const block = simulateRollout({ seed: 'block', history: 240, plan: [], stablePods: 6 })
const plan = { weights: [5, 25, 50], planned: [10, 10, 10], historySlices: 100 }
const start = 120
const { policy } = parsePolicy(
  '{name: web, metrics: [{name: errors, kind: errors}, {name: latency, kind: latency}, {name: conversion, kind: conversion}]}',
  'web',
)
const releases = pretendReleases(policy)

function pretend(name: string, seed = 'a'): (lengths: readonly number[]) => Recording {
  const drawn = drawPods(block, start, plan, createRandom(seed))
  const release = releases.find((one) => one.name === name)
  if (drawn === undefined || release === undefined) throw new Error(`expected pods and the release ${name}`)
  return pretendRollout(block, start, { drawn, seed }, plan, release.injected(block))
}

/** The samples of an arm from the start of the rollout on, one sum for each column of the metric. */
function sums(
  { pods, metrics, rolloutStart }: Recording,
  metric: string,
  arm: Arm,
  from = 0,
  to = 30,
): readonly number[] {
  const data: MetricData | undefined = metrics[metric]
  if (data === undefined) throw new Error(`expected ${metric}`)
  const add = (whole: number, sample: Sample): number => whole + (sample ?? 0)
  return dataColumns(data).map((column) =>
    column.reduce(
      (whole, row, pod) =>
        pods[pod]?.arm === arm
          ? (row ?? []).slice(rolloutStart + from, rolloutStart + to).reduce(add, whole)
          : whole,
      0,
    ),
  )
}

test('pretendRollout gives the canary its weight of the requests in each step', () => {
  const recording = pretend('healthy')([10, 10, 10])
  for (const [step, weight] of plan.weights.entries()) {
    const [, canary = 0] = sums(recording, 'errors', 'canary', step * 10, step * 10 + 10)
    // the whole service has 50 requests a second
    expect(canary / (50 * 600)).toBeGreaterThan((weight / 100) * 0.95)
    expect(canary / (50 * 600)).toBeLessThan((weight / 100) * 1.05)
  }
})

test('pretendRollout takes the pods of the canary from stable, before and after they join', () => {
  const { pods, slices, rolloutStart, steps, gates } = pretend('healthy')([10, 10, 10])
  expect(pods.map(({ arm }) => arm)).toEqual(['stable', 'stable', 'stable', 'canary', 'canary', 'canary'])
  expect(new Set(pods.map(({ name }) => name)).size).toBe(6)
  expect({ slices, rolloutStart, gates }).toEqual({ slices: 130, rolloutStart: 100, gates: 3 })
  expect(steps).toEqual([
    { slice: 100, ends: 110, weight: 5, next: 25 },
    { slice: 110, ends: 120, weight: 25, next: 50 },
    { slice: 120, ends: 130, weight: 50, next: 100 },
  ])
})

test.each(releases.map(({ name }) => name))(
  'a longer rollout with %s begins with the same counts',
  (name) => {
    const recordingOf = pretend(name)
    const short = recordingOf([10, 5])
    const { metrics } = upTo(recordingOf([10, 25]), short.slices - 1)
    expect(metrics).toEqual(short.metrics)
  },
)

test('draws differ by their seed alone', () => {
  expect(pretend('errors ×2', 'a')([10])).toEqual(pretend('errors ×2', 'a')([10]))
  expect(pretend('errors ×2', 'a')([10])).not.toEqual(pretend('errors ×2', 'b')([10]))
})

const lengths = [1, 1, 80]

test.each([
  ['errors ×1.5', 1.5],
  ['errors ×2', 2],
  ['errors ×5', 5],
])('%s makes so many more requests fail, as chance does', (name, times) => {
  const [healthy = 0, total = 0] = sums(pretend('healthy')(lengths), 'errors', 'canary', 0, 82)
  const [bad = 0, all] = sums(pretend(name)(lengths), 'errors', 'canary', 0, 82)
  const [others = 0, ofOthers = 1] = sums(pretend('healthy')(lengths), 'errors', 'stable', 0, 82)
  expect(all).toBe(total)
  const more = (times - 1) * total * (others / ofOthers)
  expect(Math.abs(bad - healthy - more)).toBeLessThan(4 * Math.sqrt(more) + 0.1 * more)
})

test('conversion −20% loses a fifth of the conversions', () => {
  const [good = 0, total] = sums(pretend('healthy')(lengths), 'conversion', 'canary', 0, 82)
  const [left = 0, all] = sums(pretend('conversion −20%')(lengths), 'conversion', 'canary', 0, 82)
  expect(all).toBe(total)
  expect(Math.abs(left / good - 0.8)).toBeLessThan((4 * 0.4) / Math.sqrt(good))
})

test('latency +25% moves requests over the bounds as longer latencies would', () => {
  const data = block.metrics['latency']
  if (data?.kind !== 'latency') throw new Error('expected latency')
  const [total = 1, ...above] = sums(pretend('latency +25%')(lengths), 'latency', 'canary', 0, 82)
  for (const [i, bound] of data.bounds.entries()) {
    // the simulated latency is log-normal around 0.1 s
    const expected = normalSf(Math.log(bound / 0.125) / 0.6)
    expect(Math.abs((above[i] ?? 0) / total - expected)).toBeLessThan(0.02)
  }
})

test('drawPods leaves one pod to stable, and needs two', () => {
  const few = (pods: number) => simulateRollout({ seed: 'few', history: 200, plan: [], stablePods: pods })
  const random = createRandom('few')
  expect(drawPods(few(1), start, plan, random)).toBeUndefined()
  expect(drawPods(few(2), start, plan, random)).toMatchObject({ counts: [1, 1, 1], disjoint: 2 })
  expect(drawPods(few(3), start, plan, random)).toMatchObject({ counts: [1, 1, 2], disjoint: 1 })
})
