import { describe, expect, it } from 'vitest'
import { laggedProducts, podAutocovariance, smoothed } from '../../../src/engine/noise/pod-autocovariance.ts'
import type { PodCounts } from '../../../src/engine/counts/pod-counts.ts'
import { createRandom, uniform } from '../../../src/simulate/random.ts'
import { naiveAutocovariance, naiveFit, naivePairs } from '../naive/naive-variance.ts'
import { podRow, unlikePods } from '../made/pod-rows.ts'

/** r(0) = Σ[e² − (1−p) mu (1−n/N)] / Σ c mu², r(bin) = Σ e e' / Σ c mu mu', c = 1 − 1/max(P, P'). */
function byDefinition(pods: readonly PodCounts[], slices: number, share: number): readonly number[] {
  const sum = (t: number, of: (pod: PodCounts) => number): number =>
    pods.reduce((total, pod) => total + ((pod.requests[t] ?? 0) > 0 ? of(pod) : 0), 0)
  const n = (pod: PodCounts, t: number): number => pod.requests[t] ?? 0
  const x = (pod: PodCounts, t: number): number => pod.events[t] ?? 0
  const N = (t: number): number => sum(t, (pod) => n(pod, t))
  const mu = (pod: PodCounts, t: number): number =>
    n(pod, t) > 0 ? (sum(t, (other) => x(other, t)) * n(pod, t)) / N(t) : 0
  const e = (pod: PodCounts, t: number): number => (n(pod, t) > 0 ? x(pod, t) - mu(pod, t) : 0)
  const present = (t: number): number => sum(t, () => 1)
  const poisson = (t: number): number => sum(t, (pod) => (1 - share) * mu(pod, t) * (1 - n(pod, t) / N(t)))
  return naiveAutocovariance(
    slices,
    (bin) =>
      naivePairs(slices, bin, (t, later) =>
        pods.reduce((total, pod) => total + e(pod, t) * e(pod, later), 0),
      ) - (bin === 0 ? naivePairs(slices, 0, poisson) : 0),
    (t, later) => {
      const most = Math.max(present(t), present(later))
      if (most === 0) return 0
      return (1 - 1 / most) * pods.reduce((total, pod) => total + mu(pod, t) * mu(pod, later), 0)
    },
  )
}

describe('podAutocovariance', () => {
  it.each([
    ['pods of equal traffic', 70, () => 1000],
    ['pods of unequal traffic', 70, (j: number) => 200 * (1 + j)],
    ['pods that come and go', 70, (j: number, t: number) => ((t + 17 * j) % 50 < 30 ? 900 : 0)],
    ['an outage of all, pods otherwise there', 70, (_j: number, t: number) => (t % 20 < 3 ? 0 : 800)],
    [
      'an outage of all, and a late pod',
      70,
      (j: number, t: number) => (t < 5 || (j === 0 && t < 40) ? 0 : 800),
    ],
    ['less history than lags', 3, (j: number) => 500 + j],
    ['a single slice', 1, () => 500],
    ['a pod alone at times', 40, (j: number, t: number) => (j > 0 && t > 20 ? 0 : 700)],
  ] as const)('is what its definition says for %s', (_name, slices, requestsOf) => {
    const pods = unlikePods(createRandom(slices), 5, slices, requestsOf)
    const { autocovariance } = podAutocovariance(pods, slices, 0.04)
    const expected = byDefinition(pods, slices, 0.04)
    expected.forEach((value, bin) => expect(autocovariance[bin]).toBeCloseTo(value, 10))
    expect(expected[0]).toBeGreaterThan(0)
  })

  it('reads history only: slices after it change nothing', () => {
    const pods = unlikePods(createRandom(3), 4, 80, () => 400)
    const cut = pods.map((pod) => podRow([...pod.events.subarray(0, 60)], [...pod.requests.subarray(0, 60)]))
    expect(podAutocovariance(pods, 60, 0.05)).toEqual(podAutocovariance(cut, 60, 0.05))
  })

  it('takes independent events off at lag 0 only, and nothing where all requests are events', () => {
    // two pods, one slice: mu = 5 each, e = ±1, c = 1/2: r(0) = (2 − (1−p)·2·5·½) / (½·2·25)
    const pods = [podRow([6], [10]), podRow([4], [10])]
    expect(podAutocovariance(pods, 1, 1).autocovariance[0]).toBeCloseTo(2 / 25, 12)
    expect(podAutocovariance(pods, 1, 0.8).autocovariance[0]).toBeCloseTo(1 / 25, 12)
    expect(podAutocovariance(pods, 1, 0).autocovariance[0]).toBe(0)
  })

  it('calls a difference lasting where it is above two standard deviations of chance', () => {
    // two pods of the same two rates for 70 slices: e = ±d, so r = 2d²/(½·2·m²) at all lags
    const pods = (scale: number): readonly PodCounts[] =>
      [1.1, 0.9].map((rate) => podRow(Array(70).fill(scale * rate), Array(70).fill(1000)))
    // pairs 32 to 59 apart in 70 slices: Σ (70 − lag) = 28·70 − (32+59)·14 = 686, of weight ½·2·scale²
    const r = 2 * 0.1 ** 2
    const limit = 2 / (r * Math.sqrt(686))
    const above = podAutocovariance(pods(limit * 1.001), 70, 1)
    expect(above.lasting).toBeCloseTo(r, 12)
    expect(above.lasting).toBe(above.autocovariance[6])
    const below = podAutocovariance(pods(limit * 0.999), 70, 1)
    expect(below.lasting).toBe(0)
    expect(below.autocovariance[6]).toBeCloseTo(r, 12)
  })

  it('calls momentary noise a clump where it is above three standard deviations of chance', () => {
    // two pods of 1000 requests and mean mu, one d above and one d below it, in turn: r(0) = 2d²/(½·2·mu²) − (1−p)/mu,
    // and nothing is left a slice later
    const [mu, slices] = [2, 60]
    const pods = (d: number): readonly PodCounts[] =>
      [1, -1].map((side) =>
        podRow(
          Array.from({ length: slices }, (_, t) => mu + side * d * (t % 2 === 0 ? 1 : -1)),
          Array<number>(slices).fill(1000),
        ),
      )
    // variance of Σe²/Σmu² by chance, with Σmu² = 2·60·mu² and Σmu(1 − n/N) = 60·mu
    const chance = Math.sqrt(4 * slices * mu ** 2 + slices * mu) / (2 * slices * mu ** 2)
    const noise = (d: number): number => (2 * d ** 2) / mu ** 2 - 0.5 / mu
    const limit = Math.sqrt(((3 * chance + 0.5 / mu) * mu ** 2) / 2)
    const clumpOf = (d: number): number => podAutocovariance(pods(d), slices, 0.5).clump
    expect(noise(limit)).toBeCloseTo(3 * chance, 12)
    expect(clumpOf(limit * 0.999)).toBe(0)
    // if all noise is clumps, the events that come along with one: noise · Σmu²/Σmu
    expect(clumpOf(limit * 1.001)).toBeCloseTo(noise(limit * 1.001) * mu, 9)
    expect(clumpOf(limit * 3)).toBeCloseTo(noise(limit * 3) * mu, 9)
  })

  it('takes no noise for clumps that is still there a slice later', () => {
    const lasting = [1.5, 0.5].map((rate) =>
      podRow(Array<number>(60).fill(100 * rate), Array<number>(60).fill(1000)),
    )
    const { autocovariance, clump } = podAutocovariance(lasting, 60, 1)
    expect(autocovariance[0]).toBeCloseTo(0.5, 12)
    expect(clump).toBe(0)
  })

  it('is zero without events', () => {
    const none = podAutocovariance([podRow([0, 0], [10, 10]), podRow([0, 0], [10, 10])], 2, 0)
    expect(none).toEqual({ autocovariance: [0, 0, 0, 0, 0, 0, 0], lasting: 0, clump: 0 })
  })
})

describe('laggedProducts', () => {
  it('sums products of all pairs of slices by their distance, up to 59', () => {
    const random = createRandom(8)
    const rows = [0, 1].map(() => Float64Array.from({ length: 100 }, () => uniform(random) - 0.3))
    const sums = laggedProducts(rows)
    expect(sums).toHaveLength(7)
    sums.forEach((sum, bin) => {
      const expected = naivePairs(100, bin, (t, later) =>
        rows.reduce((total, row) => total + (row[t] ?? 0) * (row[later] ?? 0), 0),
      )
      expect(sum).toBeCloseTo(expected, 9)
    })
  })
})

describe('smoothed', () => {
  it('pools by weight what rises with the lag', () => {
    const sums = Float64Array.of(6, 2, 12, 1, 1, 0.5, 0.3)
    const weights = Float64Array.of(2, 1, 3, 1, 2, 1, 1)
    // ratios 3, 2, 4, 1, .5, .5, .3: the first three make (6+2+12)/6
    const third = 20 / 6
    expect(smoothed(sums, weights)).toEqual([
      expect.closeTo(third, 12),
      expect.closeTo(third, 12),
      expect.closeTo(third, 12),
      1,
      0.5,
      0.5,
      0.3,
    ])
    expect(smoothed(sums, weights)).toEqual(
      naiveFit([3, 2, 4, 1, 0.5, 0.5, 0.3], [...weights]).map((value) => expect.closeTo(value, 12)),
    )
  })

  it('gives a bin without pairs the value of the one before, and the first 0', () => {
    expect(smoothed(Float64Array.of(4, 6, 0, 0, 1, 0, 0), Float64Array.of(2, 6, 0, 0, 5, 0, 0))).toEqual([
      2, 1, 1, 1, 0.2, 0.2, 0.2,
    ])
    expect(smoothed(Float64Array.of(9, 6, 5, 4, 3, 2, 1), new Float64Array(7))).toEqual([0, 0, 0, 0, 0, 0, 0])
    expect(smoothed(Float64Array.of(9, 6, 0, 0, 0, 0, 0), Float64Array.of(0, 3, 0, 0, 0, 0, 0))).toEqual([
      2, 2, 2, 2, 2, 2, 2,
    ])
  })

  it('is never negative', () => {
    const negative = smoothed(Float64Array.of(1, -1, -2, -3, -4, -5, -6), new Float64Array(7).fill(1))
    expect(negative).toEqual([1, 0, 0, 0, 0, 0, 0])
  })
})
