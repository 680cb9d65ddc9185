import { describe, expect, it } from 'vitest'
import { stableCurves } from '../../../../src/engine/kinds/latency/latency-bounds.ts'
import type { Latency } from '../../../../src/engine/kinds/latency/latency-numbers.ts'
import {
  boundCounts,
  latencyNumbers,
  slowness,
} from '../../../../src/engine/kinds/latency/latency-numbers.ts'
import type { MetricNumbers } from '../../../../src/engine/evidence/metric-evidence.ts'
import { countTests } from '../../../../src/engine/evidence/count-tests.ts'
import { latencyCounts } from '../../../../src/engine/counts/pod-counts.ts'
import type { Arm, LatencyData } from '../../../../src/engine/model/recording.ts'
import { quantileOf, slownessOf } from '../../../../src/engine/kinds/latency/share-curve.ts'
import { latencyContext, latencyTable, tableBounds } from '../../made/latency-table.ts'
import { latencyPolicy } from '../../made/metric-policies.ts'

const options = { history: 12, slices: 4, stablePods: 2, canaryPods: 1 }
const falling = [0.9, 0.5, 0.2, 0.06, 0.015, 0.001]
const slower = [0.95, 0.7, 0.4, 0.2, 0.04, 0.002]
const counts: MetricNumbers = {
  canary: { events: 7, of: 100, value: 0.07, pods: 1 },
  stable: { events: 9, of: 300, value: 0.03, pods: 2 },
  ratio: { estimate: 1.5, low: 0.8, high: 3 },
  dispersion: 2.5,
}

function latencyOf(
  shares: (arm: Arm, pod: number, slice: number) => readonly number[],
  change: (data: LatencyData) => LatencyData = (data) => data,
  warmup = 0,
): Latency {
  const table = latencyTable({ ...options, shares })
  const data = change(table.data)
  const context = latencyContext(table.pods, options, warmup)
  const curves = stableCurves(data, table.pods, 16)
  const curve = { bounds: tableBounds, shares: falling }
  const counted3 = latencyCounts(data, table.pods, 3)
  const tests = countTests({ pods: counted3.pods, window: context.window, tau: 0.01, mde: 1.25 })
  const main = { index: 3, seconds: 0.3, steepness: 3, table: counted3, tests }
  const countsAt = (index: number) => boundCounts(data, context, index)
  return { metric: latencyPolicy(), data, context, curves, curve, main, testAt: () => main, countsAt }
}

const byArm = (arm: Arm): readonly number[] => (arm === 'canary' ? slower : falling)

describe('latencyNumbers', () => {
  const latency = latencyOf(byArm)
  const numbers = (): MetricNumbers => latencyNumbers(latency, counts, 2)

  it('shows each arm’s quantile in place of its share, between the bounds around it', () => {
    const shown = numbers()
    const quantile = (
      shares: readonly number[],
      requests: (pod: number) => number,
      from: number,
      to: number,
    ) => {
      const of = Array.from({ length: to - from }, (_, j) => requests(from + j)).reduce((a, b) => a + b, 0)
      return quantileOf(
        { bounds: tableBounds, shares: shares.map((s) => (Math.round(1000 * s) * (to - from)) / of) },
        0.95,
      )
    }
    const { canary, stable } = shown
    expect(canary).toEqual({ events: 7, of: 100, pods: 1, value: expect.any(Number) })
    expect(canary.value).toBeCloseTo(quantile(slower, (j) => 1000 + j, 2, 3) ?? Number.NaN, 12)
    expect(stable).toEqual({ events: 9, of: 300, pods: 2, value: expect.any(Number) })
    expect(stable.value).toBeCloseTo(quantile(falling, (j) => 1000 + j, 0, 2) ?? Number.NaN, 12)
    // the p95 of the canary is between 300 and 500 ms, and so is that of stable
    expect(shown.buckets).toEqual({ canary: [0.3, 0.5], stable: [0.3, 0.5] })
  })

  it('says by the ratio how many times as slow, from stable’s ten slices before the rollout on', () => {
    const shown = numbers()
    const curve = latency.curves.over(2, 15) ?? latency.curve
    expect(shown.ratio).toEqual({
      estimate: slownessOf(curve, 0.3, 1.5),
      low: slownessOf(curve, 0.3, 0.8),
      high: slownessOf(curve, 0.3, 3),
    })
    expect([shown.bound, shown.bounds, shown.dispersion]).toEqual([0.3, [0.3], 2.5])
  })

  it('claims no more than what leads below the lowest bound, and keeps the upper end open', () => {
    const much = { estimate: 1e4, low: 1e3, high: 1e5 }
    const { ratio } = latencyNumbers(latency, { ...counts, ratio: much }, 2)
    expect(ratio).toEqual({ estimate: 0.3 / 0.05, low: 0.3 / 0.05, high: Math.exp(3) })
  })

  it('looks neither further back nor ahead', () => {
    const shown = numbers()
    // stable's latency differs before slice 2 and after slice 14
    const moving = latencyOf((arm, _pod, k) => (k < 2 || k > 14 ? slower : byArm(arm)))
    expect(latencyNumbers(moving, counts, 2).ratio).toEqual(shown.ratio)
    const sooner = latencyOf((arm, _pod, k) => (k < 3 ? slower : byArm(arm)))
    expect(latencyNumbers(sooner, counts, 2).ratio).not.toEqual(shown.ratio)
  })

  it('shows only what is past its warm-up', () => {
    const shown = numbers()
    const cold = latencyOf(
      (arm, _pod, k) => (arm === 'canary' && k < 14 ? slower.map(() => 1) : byArm(arm)),
      undefined,
      2,
    )
    expect(latencyNumbers(cold, counts, 2).canary.value).toBeCloseTo(shown.canary.value ?? Number.NaN, 12)
  })

  it('has no ratio and no noise where the counts have none', () => {
    const { canary, stable } = counts
    const bare = latencyNumbers(latency, { canary, stable }, 2)
    expect(Object.keys(bare)).toEqual(['canary', 'stable', 'bounds', 'bound', 'buckets'])
  })

  it('takes history’s curve where stable had no traffic lately', () => {
    const silent = latencyOf(byArm, (data) => ({ ...data, total: data.total.map(() => null) }))
    expect(latencyNumbers(silent, counts, 2).ratio?.estimate).toBe(slownessOf(silent.curve, 0.3, 1.5))
  })
})

describe('slowness', () => {
  it('keeps the estimate below the upper end where they differ only by rounding', () => {
    // there are few requests, and so few different shares
    const shares = [89, 80, 41, 4, 0, 0].map((x) => (x + 0.5) / 90)
    const { estimate, high } = slowness({ bounds: tableBounds, shares }, 0.3, {
      estimate: 6.9,
      low: 1,
      high: 6.9,
    })
    expect(estimate).toBeCloseTo(1.42847547, 6)
    expect(high).toBeGreaterThanOrEqual(estimate)
  })
})

describe('latencyNumbers of an arm’s bucket', () => {
  const bucketsOf = (canary: readonly number[], stable: readonly number[]) =>
    latencyNumbers(
      latencyOf((arm) => (arm === 'canary' ? canary : stable)),
      counts,
      2,
    ).buckets

  it('begins at 0 where the first bound holds the quantile', () => {
    expect(bucketsOf([0.04, 0.03, 0.02, 0.01, 0.005, 0.001], falling)?.canary).toEqual([0, 0.05])
  })

  it('exists where nothing was slower than the last bound', () => {
    expect(bucketsOf([0.9, 0.5, 0.2, 0.06, 0.015, 0], falling)?.canary).toEqual([0.3, 0.5])
  })

  it('does not exist beyond the last bound, or where nothing was slower than any', () => {
    const beyond = [0.9, 0.8, 0.7, 0.6, 0.5, 0.3]
    expect(bucketsOf(beyond, falling)).toEqual({ stable: [0.3, 0.5] })
    expect(bucketsOf(falling, [0, 0, 0, 0, 0, 0])).toStrictEqual({ canary: [0.3, 0.5] })
    expect(
      latencyNumbers(
        latencyOf((arm) => (arm === 'canary' ? beyond : falling)),
        counts,
        2,
      ).canary,
    ).toEqual({
      events: 7,
      of: 100,
      pods: 1,
    })
  })

  it('ends at a bound that exactly 1 − q are slower than', () => {
    const exact: LatencyData = {
      kind: 'latency',
      bounds: [0.1, 0.2, 0.3],
      // 1 − .95 is .050000000000000044
      total: [null, null, Array.from({ length: 16 }, () => 100)],
      above: [null, null, [50, 5, 1].map((x) => Array.from({ length: 16 }, () => x))],
    }
    expect(
      latencyNumbers(
        latencyOf(byArm, () => exact),
        counts,
        2,
      ).buckets?.canary,
    ).toEqual([0.1, 0.2])
  })

  it('has no quantile of an arm without traffic', () => {
    const none = latencyOf(byArm, (data) => ({
      ...data,
      total: data.total.map((row, j) => (j < 2 ? row : null)),
    }))
    const { canary, buckets } = latencyNumbers(none, counts, 2)
    expect(canary).toStrictEqual({ events: 7, of: 100, pods: 1 })
    expect(Object.keys(buckets ?? {})).toEqual(['stable'])
  })
})
