import { describe, expect, it } from 'vitest'
import { capBursts, learnCappedNoise } from '../../../src/engine/noise/bursts.ts'
import { harmEvidence, nonInferiorityEvidence } from '../../../src/engine/evidence/likelihood-ratio.ts'
import {
  constantNull,
  countTests,
  type CountTestsInput,
  halfAndHalf,
} from '../../../src/engine/evidence/count-tests.ts'
import type { PodCounts } from '../../../src/engine/counts/pod-counts.ts'
import { scoreTest } from '../../../src/engine/evidence/score-test.ts'
import type { CountSeries } from '../../../src/engine/evidence/count-series.ts'
import { podOf, windowOf } from '../made/pod-tables.ts'

const HISTORY = 60
const ROLLOUT = 12
const SLICES = HISTORY + ROLLOUT
const start = HISTORY

type Rate = (pod: number, slice: number) => number

/** Pods with 100 requests a slice; a canary pod starts in slice `born` of the rollout. */
function pods(rate: Rate, stable = 6, born: readonly number[] = [0, 0]): readonly PodCounts[] {
  const row = (cell: (k: number) => number): readonly number[] =>
    Array.from({ length: SLICES }, (_, k) => cell(k))
  return [
    ...Array.from({ length: stable }, (_, j) =>
      podOf(
        'stable',
        row((k) => rate(j, k)),
        row(() => 100),
      ),
    ),
    ...born.map((from, j) =>
      podOf(
        'canary',
        row((k) => (k < start + from ? 0 : rate(j + 20, k))),
        row((k) => (k < start + from ? 0 : 100)),
      ),
    ),
  ]
}

const even: Rate = (pod, slice) => 2 + ((3 * pod + slice) % 3)
const bursting: Rate = (pod, slice) => ((7 * pod + 11 * slice) % 19 === 0 ? 40 : even(pod, slice))

const uncapped = (table: readonly PodCounts[]): CountTestsInput => ({
  pods: table,
  window: windowOf(start, ROLLOUT),
  tau: 0.05,
  mde: 1.5,
})
const inputOf = (table: readonly PodCounts[]): CountTestsInput => ({ ...uncapped(table), leastCap: 3 })
const theta0 = constantNull(ROLLOUT, 1.2)
const { restarts } = windowOf(start, ROLLOUT).plan
const slices = Array.from({ length: ROLLOUT }, (_, t) => t)
const expectPath = (found: Float64Array, expected: Float64Array): void => {
  expect(found).toHaveLength(expected.length)
  found.forEach((log, t) => expect(log).toBeCloseTo(expected[t] ?? Number.NaN, 10))
}

function cappedOf(input: CountTestsInput): { readonly plain: CountSeries; readonly capped: CountSeries } {
  const { plain, capped } = countTests(input)
  if (capped === undefined) throw new Error('expected capped counts')
  return { plain, capped }
}

describe('counted where history has no bursts', () => {
  it.each([
    ['a quiet history', inputOf(pods(even))],
    ['bursts, and no cap given', uncapped(pods(bursting))],
    ['bursts of too few pods to learn from', inputOf(pods(bursting, 3))],
  ])('tests counts as they are: %s', (_name, input) => {
    const tests = countTests(input)
    expect('capped' in tests).toBe(false)
    expectPath(tests.harm(theta0), harmEvidence(tests.plain, theta0, 1.5, restarts))
    expectPath(tests.pass(theta0), nonInferiorityEvidence(tests.plain, theta0, 1.5))
    const expected = scoreTest(tests.plain, theta0)
    const found = tests.test(theta0)
    for (const t of slices) {
      expect([found.harmP(t), found.goodP(t)]).toEqual([expected.harmP(t), expected.goodP(t)])
    }
  })

  it('faces harm: the arms exchanged where less is worse', () => {
    const { arms, facing } = countTests({ ...uncapped(pods(even)), lessIsWorse: true }).plain
    expect([facing.canary, facing.stable]).toEqual([arms.stable, arms.canary])
    expect(countTests(inputOf(pods(even))).plain.facing.canary).toEqual(arms.canary)
  })
})

describe('counted where history has bursts', () => {
  const input = inputOf(pods(bursting))

  it('caps both arms, with the noise of a history capped alike', () => {
    const { plain, capped } = cappedOf(input)
    const { dispersion } = plain
    if (dispersion.kind !== 'pods') throw new Error('expected pods')
    const stable = input.pods.filter(({ arm }) => arm === 'stable')
    const rollout = { arms: plain.arms, plan: input.window.plan }
    expect(capped.dispersion).toEqual(learnCappedNoise(stable, start, dispersion, 3, rollout)?.dispersion)
    expect(capped.arms).toEqual(capBursts(plain.arms, dispersion.share, 3))
    expect(capped.facing).toEqual(capped.arms)
    const most = (stream: CountSeries): number =>
      Math.max(...stream.arms.stable.podEvents.map((events) => Math.max(...events)))
    expect(most(plain)).toBe(40)
    expect(most(capped)).toBeLessThan(30)
  })

  it('learns from stable alone, whatever the canary’s pods did before', () => {
    const older = input.pods.map((pod) =>
      pod.arm === 'canary' ? { ...pod, requests: pod.requests.map(() => 100) } : pod,
    )
    expect(cappedOf(inputOf(older)).capped.dispersion).toEqual(cappedOf(input).capped.dispersion)
  })

  it('bets half on counts as they are and half on capped ones', () => {
    const { plain, capped } = cappedOf(input)
    const whole = harmEvidence(plain, theta0, 1.5, restarts)
    const cut = harmEvidence(capped, theta0, 1.5, restarts)
    const mean = whole.map((log, t) => Math.log((Math.exp(log) + Math.exp(cut[t] ?? 0)) / 2))
    expectPath(countTests(input).harm(theta0), mean)
  })

  it('passes and decides gates on capped counts', () => {
    const { capped } = cappedOf(input)
    const tests = countTests(input)
    expectPath(tests.pass(theta0), nonInferiorityEvidence(capped, theta0, 1.5))
    const expected = scoreTest(capped, theta0)
    const found = tests.test(theta0)
    for (const t of slices) {
      expect([found.harmP(t), found.goodP(t)]).toEqual([expected.harmP(t), expected.goodP(t)])
    }
  })
})

describe('counted with a canary pod that has no neighbour', () => {
  /** Each canary pod has six times stable's errors, and a burst when it is no longer alone. */
  const harmful: Rate = (pod, slice) => {
    if (pod < 20) return bursting(pod, slice)
    return pod === 20 && slice === start + 9 ? 95 : 6 * even(pod, slice)
  }
  const input = inputOf(pods(harmful, 6, [0, 6]))
  /** The counts are whole while the pod is alone, and capped from the first slice of its neighbour on. */
  const passingOf = ({
    plain,
    capped,
  }: {
    readonly plain: CountSeries
    readonly capped: CountSeries
  }): CountSeries => {
    const mixed = plain.arms.canary.events.map((x, t) => (t < 6 ? x : (capped.arms.canary.events[t] ?? 0)))
    const arms = { canary: { ...capped.arms.canary, events: mixed }, stable: capped.arms.stable }
    return { ...capped, arms, facing: arms }
  }

  it('passes on its whole counts while it is alone, and no longer', () => {
    const both = cappedOf(input)
    const passing = passingOf(both)
    const eventsAt = (stream: CountSeries, t: number): number => stream.arms.canary.events[t] ?? Number.NaN
    expect(eventsAt(both.capped, 5)).toBeLessThan(eventsAt(both.plain, 5))
    expect(eventsAt(both.capped, 9)).toBeLessThan(eventsAt(both.plain, 9))
    const tests = countTests(input)
    expectPath(tests.pass(theta0), nonInferiorityEvidence(passing, theta0, 1.5))
    const whole = scoreTest(passing, theta0)
    for (const t of slices) expect(tests.test(theta0).goodP(t)).toBe(whole.goodP(t))
  })

  it('decides on harm by its capped counts', () => {
    const cut = scoreTest(cappedOf(input).capped, theta0)
    for (const t of slices) expect(countTests(input).test(theta0).harmP(t)).toBe(cut.harmP(t))
  })

  it('never looks good by being capped to what stable does', () => {
    const burst: Rate = (pod, slice) => (pod >= 20 ? 30 : bursting(pod, slice))
    const lone = inputOf(pods(burst, 6, [0]))
    const fourfold = constantNull(ROLLOUT, 4)
    const last = ROLLOUT - 1
    const passed = countTests(lone).pass(fourfold)[last] ?? Number.NaN
    expect(passed).toBeLessThan(0)
    expect(nonInferiorityEvidence(cappedOf(lone).capped, fourfold, 1.5)[last]).toBeGreaterThan(passed)
  })
})

describe('constantNull', () => {
  it('is the same in every slice', () => {
    expect([...constantNull(3, 1.5)]).toEqual([1.5, 1.5, 1.5])
  })
})

describe('halfAndHalf', () => {
  it('is ln of the mean of two e-values', () => {
    const mean = halfAndHalf(Float64Array.of(Math.log(3), -2000), Float64Array.of(Math.log(5), Math.log(8)))
    expect([...mean]).toEqual([expect.closeTo(Math.log(4), 12), expect.closeTo(Math.log(4), 12)])
  })
})
