import { describe, expect, it } from 'vitest'
import { limitEvidence } from '../../../../src/engine/evidence/absolute.ts'
import { countNumbers, minutesUntil } from '../../../../src/engine/evidence/count-numbers.ts'
import { constantNull, type CountTests, countTests } from '../../../../src/engine/evidence/count-tests.ts'
import { stableCurves } from '../../../../src/engine/kinds/latency/latency-bounds.ts'
import { latencyEvidence } from '../../../../src/engine/kinds/latency/latency-evidence.ts'
import type { MetricEvidence } from '../../../../src/engine/evidence/metric-evidence.ts'
import { latencyCounts } from '../../../../src/engine/counts/pod-counts.ts'
import type { Arm, LatencyData } from '../../../../src/engine/model/recording.ts'
import { type ShareCurve, shareRatio, steepness } from '../../../../src/engine/kinds/latency/share-curve.ts'
import type { Reason } from '../../../../src/engine/model/verdict.ts'
import { latencyContext, latencyTable, tableBounds } from '../../made/latency-table.ts'
import { latencyPolicy } from '../../made/metric-policies.ts'

const SLICES = 14
const HISTORY = 70
const shape = [0.9, 0.5, 0.2, 0.06, 0.015, 0.001]

/** Stable slows down slowly, pods differ a little, and the canary is slower by `factor` in each share. */
const sharesWith =
  (factor: number) =>
  (arm: Arm, pod: number, k: number): readonly number[] =>
    shape.map((share, b) => {
      const drift = 1 + 0.004 * k + 0.01 * ((3 * pod + 2 * k + b) % 4)
      return Math.min(share * drift * (arm === 'canary' ? factor : 1), 0.97)
    })

const known = (found: MetricEvidence | Reason): MetricEvidence => {
  if ('code' in found) throw new Error(found.text)
  return found
}
const expectPath = (found: Float64Array | undefined, expected: Float64Array): void => {
  expect(found).toHaveLength(expected.length)
  found?.forEach((log, t) => expect(log).toBeCloseTo(expected[t] ?? Number.NaN, 9))
}

const options = { history: HISTORY, slices: SLICES }
const { data, pods } = latencyTable({ ...options, shares: sharesWith(1.5) })
const context = latencyContext(pods, options, 2)
const curves = stableCurves(data, pods, HISTORY + SLICES)
const historic = curves.over(0, HISTORY) ?? { bounds: [], shares: [] }

function testsAt(index: number, curve: ShareCurve = historic): CountTests {
  return countTests({
    pods: latencyCounts(data, pods, index).pods,
    window: context.window,
    tau: 0.01 * steepness(curve, index),
    mde: 1.25,
    leastCap: 1.5,
  })
}

/** S(b/factor)/S(b) from the ten slices before each one. */
function nullAt(index: number, factor: number): Float64Array {
  return Float64Array.from({ length: SLICES }, (_, t) => {
    const curve = curves.over(HISTORY + t - 10, HISTORY + t) ?? historic
    return shareRatio(curve, tableBounds[index] ?? 0, factor)
  })
}

describe('latencyEvidence', () => {
  const metric = latencyPolicy({ tolerance: '5%', margin: '10%', limit: '400ms' })
  const evidence = (): MetricEvidence => known(latencyEvidence(metric, data, context))
  // the shares of .59, .24, .07 and .018 in history are nearest to the five wanted ones
  const spread = [1, 2, 3, 4]
  const main = testsAt(3)

  it('bets equally on each bound, against what a quantile at the tolerance would show there', () => {
    const found = evidence()
    const paths = spread.map((index) => testsAt(index).harm(nullAt(index, 1.05)))
    const mean = Float64Array.from({ length: SLICES }, (_, t) =>
      Math.log(paths.reduce((sum, path) => sum + Math.exp(path[t] ?? 0), 0) / 4),
    )
    expectPath(found.harm, mean)
    expect(found.harm.at(-1)).toBeGreaterThan(0)
  })

  it('tests gates and passes at the bound nearest the quantile', () => {
    const found = evidence()
    const gate = main.test(nullAt(3, 1.05))
    const [wide, last] = [main.test(nullAt(3, 1.4)), main.test(nullAt(3, 1.1))]
    for (const t of [2, 5, 13]) {
      expect(found.harmP(t)).toBeCloseTo(gate.harmP(t) ?? Number.NaN, 12)
      expect(found.passP(25, t)).toBeCloseTo(wide.goodP(t) ?? Number.NaN, 12)
      expect(found.passP(100, t)).toBeCloseTo(last.goodP(t) ?? Number.NaN, 12)
    }
    expectPath(found.pass(100), main.pass(nullAt(3, 1.1)))
    expectPath(found.pass(25), main.pass(nullAt(3, 1.4)))
  })

  it('takes no worse for a ratio of 1 in every slice', () => {
    const strict = known(latencyEvidence(latencyPolicy({ tolerance: 1 }), data, context))
    const gate = main.test(constantNull(SLICES, 1))
    expect(strict.harmP(13)).toBe(gate.harmP(13))
    expect(strict.rules).toEqual([])
  })

  it('judges a limit at the smallest bound at or above it, by the share that the quantile leaves', () => {
    const found = evidence()
    const [rule, ...others] = found.rules
    expect([rule?.rule, others]).toEqual(['limit', []])
    const tests = testsAt(4)
    expectPath(rule?.harm, limitEvidence(tests.plain, 1 - 0.95, 1.25, context.window.plan))
    expect(rule?.numbers(9)).toEqual({ ...countNumbers(tests.plain, 9), bound: 0.5 })
    const boundOf = (limit: string): number | undefined =>
      known(latencyEvidence(latencyPolicy({ limit }), data, context)).rules[0]?.numbers(9).bound
    expect(['50ms', '300ms', '301ms', '1s'].map(boundOf)).toEqual([0.05, 0.3, 0.5, 1])
  })

  it('takes a limit for its bound whatever their last digits', () => {
    const near = { ...data, bounds: [0.05, 0.1, 0.2, 0.1 + 0.2 - 1e-12, 0.5, 1] }
    const limited = known(latencyEvidence(latencyPolicy({ limit: '300ms' }), near, context))
    expect(limited.rules[0]?.numbers(9).bound).toBe(0.1 + 0.2 - 1e-12)
  })

  it('names a limit above every bound beside its other remarks', () => {
    const found = evidence()
    const limited = known(latencyEvidence(latencyPolicy({ limit: '2s' }), data, context))
    expect(limited.rules).toEqual([])
    expect(limited.notes).toEqual([
      {
        code: 'no-bound-for-limit',
        metric: 'p95',
        text: 'p95: no bucket bound at or above the limit of 2 s',
      },
    ])
    expect(found.notes).toEqual([])
    const odd = { ...data, total: data.total.map((row, j) => (j === 0 && row ? [-1, ...row.slice(1)] : row)) }
    const both = known(latencyEvidence(latencyPolicy({ limit: '2s' }), odd, context))
    expect(both.notes.map(({ code }) => code)).toEqual(['bad-samples', 'no-bound-for-limit'])
  })

  it('shows mature pods, and plans with the bound nearest the quantile', () => {
    const found = evidence()
    expect(found.canaryCounts.slice(0, 4)).toEqual(Float64Array.of(0, 0, 2, 2))
    expect([found.policy, found.judgeableFrom, found.hasCanary, found.hasStable]).toEqual([
      metric,
      0,
      true,
      true,
    ])
    expect(found.numbers(9)).toMatchObject({ bound: 0.3, bounds: [0.3] })
    const theta0 = nullAt(3, 1.1)[9] ?? 0
    const wanting = Math.log(20) - Math.max(main.pass(nullAt(3, 1.1))[9] ?? 0, 0)
    expect(found.minutesToPass(100, 9, 0.05)).toBeCloseTo(
      minutesUntil(main, { theta: 1, theta0 }, 9, wanting, 60) ?? Number.NaN,
      9,
    )
  })
})

describe('latencyEvidence where history says little', () => {
  const short = { history: 0, slices: SLICES }
  const young = latencyTable({ ...short, shares: sharesWith(1) })
  const evidenceAt = (slices: number): MetricEvidence | Reason =>
    latencyEvidence(
      latencyPolicy({ tolerance: '5%' }),
      young.data,
      latencyContext(young.pods, { ...short, slices }),
    )

  it('waits for stable’s first three slices', () => {
    expect(evidenceAt(2)).toEqual({
      code: 'no-stable-data',
      metric: 'p95',
      text: 'p95: no stable requests to choose bucket bounds by',
    })
    expect(known(evidenceAt(3)).judgeableFrom).toBe(2)
  })

  it('chooses by those three slices whatever comes later', () => {
    const early = stableCurves(young.data, young.pods, SLICES).over(0, 3)
    const later = latencyTable({
      ...short,
      shares: (arm, pod, k) => sharesWith(k < 3 ? 1 : 0.05)(k < 3 ? arm : 'canary', pod, k),
    })
    const own = latencyContext(later.pods, short)
    const found = known(latencyEvidence(latencyPolicy({ tolerance: '5%' }), later.data, own))
    expect(found.numbers(13).bound).toBe(0.3)
    expect(found.judgeableFrom).toBe(2)
    // the first slice has no slices before it, so its null uses the same three
    const tests = countTests({
      pods: latencyCounts(later.data, later.pods, 3).pods,
      window: own.window,
      tau: 0.01 * steepness(early ?? historic, 3),
      mde: 1.25,
      leastCap: 1.5,
    })
    const curvesOfLater = stableCurves(later.data, later.pods, SLICES)
    const theta0 = Float64Array.from({ length: SLICES }, (_, t) => {
      const recent = curvesOfLater.over(t - 10, t) ?? early ?? historic
      return shareRatio(recent, 0.3, 1.1)
    })
    expectPath(found.pass(100), tests.pass(theta0))
  })

  it('counts history from the recording’s start, not from the rollout’s', () => {
    const some = { history: 1, slices: 4 }
    const table = latencyTable({ ...some, shares: sharesWith(1) })
    const found = known(latencyEvidence(latencyPolicy(), table.data, latencyContext(table.pods, some)))
    expect(found.judgeableFrom).toBe(0)
  })

  it('is without stable requests at all: no data', () => {
    const none: LatencyData = { ...data, total: data.total.map((row, j) => (j < 5 ? null : row)) }
    expect(latencyEvidence(latencyPolicy(), none, context)).toMatchObject({ code: 'no-stable-data' })
  })
})

describe('latencyEvidence of a coarse histogram', () => {
  const coarse = (shares: readonly number[]): MetricEvidence | Reason => {
    const table = latencyTable({ ...options, shares: () => shares })
    return latencyEvidence(latencyPolicy(), table.data, latencyContext(table.pods, options))
  }

  it('names the bound to add, near stable’s own quantile', () => {
    // 5 % lies between .9 at 200 ms and .002 at 300 ms: ln(.05/.9)/ln(.002/.9) = .473 of the way in ln b
    expect(coarse([0.97, 0.95, 0.9, 0.002, 0.001, 0])).toEqual({
      code: 'histogram-too-coarse',
      metric: 'p95',
      text: 'p95: no bucket bound has between 0.8% and 60% of stable requests above it, add one near 242 ms',
    })
  })

  it('names none where the quantile is beyond the bounds', () => {
    expect(coarse([0.99, 0.98, 0.97, 0.96, 0.95, 0.94])).toMatchObject({
      text: 'p95: no bucket bound has between 0.8% and 60% of stable requests above it',
    })
  })

  it('takes stable’s history where fewer than three bounds were recorded to read a quantile by', () => {
    const kept = [2, 3]
    const few: LatencyData = {
      ...data,
      bounds: kept.map((index) => tableBounds[index] ?? 0),
      above: data.above.map((rows) => rows && kept.map((index) => rows[index] ?? [])),
      shape: { bounds: tableBounds, above: historic.shares.map((share) => 1e6 * share), total: 1e6 },
    }
    const found = known(latencyEvidence(latencyPolicy({ tolerance: '5%' }), few, context))
    const curve = { bounds: tableBounds, shares: historic.shares.map((s) => (1e6 * s + 0.5) / 1_000_001) }
    const theta0 = constantNull(SLICES, shareRatio(curve, 0.3, 1.1))
    expectPath(found.pass(100), testsAt(3, curve).pass(theta0))
  })
})
