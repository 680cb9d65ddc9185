import { describe, expect, it } from 'vitest'
import {
  absoluteMarginEvidence,
  crashEvidence,
  limitEvidence,
} from '../../../src/engine/evidence/absolute.ts'
import { conversionEvidence } from '../../../src/engine/kinds/conversion/conversion-evidence.ts'
import { errorsEvidence } from '../../../src/engine/kinds/errors/errors-evidence.ts'
import { countNumbers, minutesUntil } from '../../../src/engine/evidence/count-numbers.ts'
import { constantNull, countTests } from '../../../src/engine/evidence/count-tests.ts'
import type { MetricContext, MetricEvidence } from '../../../src/engine/evidence/metric-evidence.ts'
import { conversionCounts, errorCounts } from '../../../src/engine/counts/pod-counts.ts'
import type { ConversionData, ErrorsData, Recording, Sample } from '../../../src/engine/model/recording.ts'
import { rolloutPlan } from '../../../src/engine/model/rollout-plan.ts'
import { sliceArms } from '../../../src/engine/counts/slices.ts'
import { conversionPolicy, errorsPolicy } from '../made/metric-policies.ts'
import { handMade, policyOf } from '../made/recordings.ts'

const START = 70
const SLICES = 12
const times = Array.from({ length: SLICES }, (_, t) => t)
const null0 = (theta0: number): Float64Array => constantNull(SLICES, theta0)

/** Five stable pods with a burst now and then, and two canary pods with `rate` bad requests in a hundred. */
const recordingWith = (rate: number, history = START, burst = 40): Recording =>
  handMade({
    history,
    slices: history + SLICES,
    stablePods: 5,
    canaryPods: 2,
    cell: (arm, pod, k): readonly [Sample, Sample] => {
      if (arm === 'canary') return [rate + (k % 2), 100]
      return [(7 * pod + 11 * k) % 19 === 0 ? burst : 2 + ((3 * pod + k) % 3), 100 + pod]
    },
  })

function errorsOf(recording: Recording): ErrorsData {
  const data = recording.metrics['errors']
  if (data?.kind !== 'errors') throw new Error('expected errors')
  return data
}

function contextOf(recording: Recording, warmup: number): MetricContext {
  return {
    policy: policyOf([{ name: 'errors', kind: 'errors' }]),
    pods: recording.pods,
    window: { start: recording.rolloutStart, warmup, plan: rolloutPlan(recording, SLICES) },
    sliceSeconds: 30,
  }
}

const expectPath = (found: Float64Array | undefined, expected: Float64Array): void => {
  expect(found).toHaveLength(expected.length)
  found?.forEach((log, t) => expect(log).toBeCloseTo(expected[t] ?? Number.NaN, 10))
}

describe('errorsEvidence', () => {
  const metric = errorsPolicy({ tolerance: 1.2, margin: 1.5, absoluteMargin: 0.02, mde: 1.4, limit: 0.04 })
  const recording = recordingWith(8)
  const data = errorsOf(recording)
  const context = contextOf(recording, 3)
  const { window } = context
  const table = errorCounts(data, recording.pods)
  const tests = countTests({ pods: table.pods, window, tau: 0.05, mde: 1.4, leastCap: 3 })
  const evidence = (): MetricEvidence => errorsEvidence(metric, data, context)

  it('caps bursts at three times what is expected, with a lasting difference of 5 %', () => {
    const found = evidence()
    expect(tests.capped).toBeDefined()
    expectPath(found.harm, tests.harm(null0(1.2)))
  })

  it('tests gates at the tolerance and passes at the step’s margin', () => {
    const found = evidence()
    // before 25 % the margin of .5 is taken four times, before 100 % once
    const [fail, wide, last] = [tests.test(null0(1.2)), tests.test(null0(3)), tests.test(null0(1.5))]
    for (const t of times) {
      expect(found.harmP(t)).toBe(fail.harmP(t))
      expect(found.passP(25, t)).toBe(wide.goodP(t))
      expect(found.passP(100, t)).toBe(last.goodP(t))
    }
    expect(found.harmP(11)).toBeLessThan(0.5)
  })

  it('passes by the ratio or by the absolute margin, each with half the bet', () => {
    const found = evidence()
    const mean = (relative: Float64Array, absolute: Float64Array): Float64Array =>
      relative.map((log, t) => Math.log((Math.exp(log) + Math.exp(absolute[t] ?? 0)) / 2))
    expectPath(found.pass(100), mean(tests.pass(null0(1.5)), absoluteMarginEvidence(tests.plain, 0.02)))
    expectPath(found.pass(50), mean(tests.pass(null0(2)), absoluteMarginEvidence(tests.plain, 0.04)))
  })

  it('watches for a crash with nothing warmed up, and shows its numbers so', () => {
    const found = evidence()
    const traffic = sliceArms(table.pods, { ...window, warmup: 0 })
    const [crash, limit, ...rest] = found.rules
    expect([crash?.rule, limit?.rule, rest]).toEqual(['crash', 'limit', []])
    expectPath(crash?.harm, crashEvidence(traffic, window.plan, tests.plain, 1.4))
    expect(found.traffic).toEqual(traffic)
    expect(crash?.numbers(0)).toEqual({
      canary: { events: 16, of: 200, value: 0.08, pods: 2 },
      stable: expect.objectContaining({ of: 510, pods: 5 }),
    })
    expectPath(limit?.harm, limitEvidence(tests.plain, 0.04, 1.4, window.plan))
    expect(limit?.numbers(8)).toEqual(countNumbers(tests.plain, 8))
    expect(errorsEvidence(errorsPolicy({}), data, context).rules.map(({ rule }) => rule)).toEqual(['crash'])
  })

  it('shows mature pods slice by slice, numbers and remarks', () => {
    const found = evidence()
    expect([...found.canaryCounts]).toEqual([0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2])
    expect([...found.stableCounts]).toEqual(times.map(() => 5))
    expect(found.numbers(8)).toEqual(countNumbers(tests.plain, 8))
    expect([found.policy, found.judgeableFrom, found.notes]).toEqual([metric, 0, []])
    expect([found.hasCanary, found.hasStable]).toEqual([true, true])
  })

  it('plans what a pass still wants: ln 1/β less the evidence there is', () => {
    const found = evidence()
    const before = tests.pass(null0(3))
    for (const t of [5, 11]) {
      const wanting = Math.log(1000) - Math.max(before[t] ?? 0, 0)
      const expected = minutesUntil(tests, { theta: 1, theta0: 3 }, t, wanting, 30)
      expect(found.minutesToPass(25, t, 0.001)).toBeCloseTo(expected ?? Number.NaN, 9)
      expect(expected).toBeGreaterThan(0)
    }
  })

  it('plans what a fail still wants: the threshold and the mixture’s price less the evidence there is', () => {
    const found = evidence()
    const theta = countNumbers(tests.plain, 6).ratio?.estimate ?? Number.NaN
    const before = tests.harm(null0(1.2))[6] ?? 0
    const wanting = 40 + 1.4 - Math.max(before, 0)
    const expected = minutesUntil(tests, { theta, theta0: 1.2 }, 6, wanting, 30)
    expect(found.minutesToFail(6, 40)).toBeCloseTo(expected ?? Number.NaN, 9)
    expect(expected).toBeGreaterThan(0)
  })

  it('wants no more than the threshold where the evidence is against harm, or against a pass', () => {
    const slight = recordingWith(4, START, 3)
    const own = contextOf(slight, 0)
    const { pods } = errorCounts(errorsOf(slight), slight.pods)
    const twin = countTests({ pods, window: own.window, tau: 0.05, mde: 1.5, leastCap: 3 })
    const found = errorsEvidence(errorsPolicy({ tolerance: 1, margin: 1.1 }), errorsOf(slight), own)
    const theta = countNumbers(twin.plain, 0).ratio?.estimate ?? Number.NaN
    expect(theta).toBeGreaterThan(1)
    expect(found.harm[0]).toBeLessThan(0)
    const fail = minutesUntil(twin, { theta, theta0: 1 }, 0, 3 + 1.4, 30)
    expect(found.minutesToFail(0, 3)).toBeCloseTo(fail ?? Number.NaN, 9)
    expect(twin.pass(null0(1.1))[0]).toBeLessThan(0)
    const pass = minutesUntil(twin, { theta: 1, theta0: 1.1 }, 0, Math.log(20), 30)
    expect(found.minutesToPass(100, 0, 0.05)).toBeCloseTo(pass ?? Number.NaN, 9)
  })

  it('plans no fail of a canary that looks exactly as bad as is tolerated', () => {
    // 3 of 200 against 6 of 400 is a ratio of 1, which is a point of the grid
    const same = handMade({ history: 0, slices: SLICES, stablePods: 2, canaryPods: 1, cell: () => [3, 200] })
    const plain = contextOf(same, 0)
    expect(errorsEvidence(errorsPolicy({ tolerance: 1 }), errorsOf(same), plain).minutesToFail(5, 3)).toBe(
      undefined,
    )
    const silent = handMade({ history: 0, slices: SLICES, cell: () => [0, 200] })
    const none = errorsEvidence(errorsPolicy({ tolerance: 1 }), errorsOf(silent), contextOf(silent, 0))
    expect(none.minutesToFail(5, 3)).toBeUndefined()
  })

  it('lets no gate fail with less than twenty slices of history, but pass', () => {
    const shortOf = (history: number): MetricEvidence => {
      const short = recordingWith(8, history)
      return errorsEvidence(metric, errorsOf(short), contextOf(short, 0))
    }
    expect(shortOf(19).harmP(5)).toBeUndefined()
    expect(shortOf(19).passP(100, 5)).toBeDefined()
    expect(shortOf(20).harmP(5)).toBeDefined()
    expect(shortOf(19).notes.map(({ text }) => text)).toEqual([
      'errors: 19 slices of history, 20 needed before gates may fail',
    ])
  })

  it('has an arm that gave any sample in the rollout, with traffic or without', () => {
    const sampled = (arm: 'canary' | 'stable', slice: number): Recording =>
      handMade({
        history: START,
        slices: START + SLICES,
        cell: (own, _pod, k) => (own === arm && k > slice ? [null, null] : [0, own === arm ? 0 : 10]),
      })
    const has = (one: Recording): readonly boolean[] => {
      const { hasCanary, hasStable } = errorsEvidence(metric, errorsOf(one), contextOf(one, 0))
      return [hasCanary, hasStable]
    }
    expect(has(sampled('stable', START))).toEqual([true, true])
    expect(has(sampled('stable', START - 1))).toEqual([true, false])
    expect(has(sampled('canary', START))).toEqual([true, true])
    expect(has(sampled('canary', START - 1))).toEqual([false, true])
  })
})

describe('conversionEvidence', () => {
  const metric = conversionPolicy({ tolerance: '2%', margin: '10%', mde: 1.1 })
  const recording = recordingWith(8)
  const errors = errorsOf(recording)
  const data: ConversionData = {
    kind: 'conversion',
    // stable has 30 in a hundred or more, the canary less
    good: errors.bad.map((row, pod) => row && row.map((x) => x && (pod < 5 ? 30 + (x % 3) : 22 + (x % 3)))),
    total: errors.total,
  }
  const context = contextOf(recording, 3)
  const window = { ...context.window, warmup: 1 }
  const { pods } = conversionCounts(data, recording.pods)
  const tests = countTests({ pods, window, tau: 0.01, mde: 1.1, lessIsWorse: true })
  const evidence = (): MetricEvidence => conversionEvidence(metric, data, context)

  it('warms up for one slice at most', () => {
    const found = evidence()
    expect(found.canaryCounts.slice(0, 3)).toEqual(Float64Array.of(0, 2, 2))
    const cold = conversionEvidence(metric, data, contextOf(recording, 0))
    expect(cold.canaryCounts.slice(0, 3)).toEqual(Float64Array.of(2, 2, 2))
  })

  it('takes a drop for a ratio of stable’s rate over the canary’s', () => {
    const found = evidence()
    expectPath(found.harm, tests.harm(null0(1 / 0.98)))
    expect(found.harm[11]).toBeGreaterThan(1)
    expectPath(found.pass(100), tests.pass(null0(1 / 0.9)))
    expectPath(found.pass(50), tests.pass(null0(1 / 0.8)))
    // four times 10 % before 25 %
    expectPath(found.pass(5), tests.pass(null0(1 / 0.6)))
    expect(found.harmP(9)).toBe(tests.test(null0(1 / 0.98)).harmP(9))
    expect(found.passP(50, 9)).toBe(tests.test(null0(1 / 0.8)).goodP(9))
  })

  it('shows the canary’s rate over stable’s, and plans with the other', () => {
    const found = evidence()
    const facing = countNumbers(tests.plain, 9)
    const { estimate, low, high } = facing.ratio ?? { estimate: 0, low: 0, high: 0 }
    expect(found.numbers(9)).toEqual({
      ...facing,
      ratio: { estimate: 1 / estimate, low: 1 / high, high: 1 / low },
    })
    expect(found.numbers(9).ratio?.estimate).toBeLessThan(0.8)
    const wanting = 60 + 1.4 - Math.max(found.harm[9] ?? 0, 0)
    const expected = minutesUntil(tests, { theta: estimate, theta0: 1 / 0.98 }, 9, wanting, 30)
    expect(found.minutesToFail(9, 60)).toBeCloseTo(expected ?? Number.NaN, 9)
  })

  it('has no rules of its own level, and no ratio without events', () => {
    const found = evidence()
    expect(found.rules).toEqual([])
    const none = { ...data, good: data.good.map((row) => row && row.map((x) => x && 0)) }
    const silent = conversionEvidence(metric, none, context)
    expect(Object.keys(silent.numbers(9))).toEqual(['canary', 'stable', 'dispersion'])
  })
})
