import { describe, expect, it } from 'vitest'
import { confidenceSequence } from '../../../src/engine/evidence/confidence-sequence.ts'
import { armTotals, countNumbers, inverse, minutesUntil } from '../../../src/engine/evidence/count-numbers.ts'
import type { CountTests } from '../../../src/engine/evidence/count-tests.ts'
import type { Noise } from '../../../src/engine/noise/noise.ts'
import { minutesNeeded } from '../../../src/engine/evidence/planning.ts'
import type { ArmSlices } from '../../../src/engine/counts/slices.ts'
import type { CountSeries } from '../../../src/engine/evidence/count-series.ts'
import { armOf, noiseOf, streamOf } from '../made/arm-slices.ts'

const flat = (length: number, value: number): readonly number[] => Array.from({ length }, () => value)

describe('armTotals', () => {
  const arm: ArmSlices = { ...armOf([1, 2, 4], [10, 0, 30]), pods: Float64Array.of(1, 0, 3) }

  it('adds up to and with the slice; pods are those of the slice itself', () => {
    expect(armTotals(arm, 0)).toEqual({ events: 1, of: 10, value: 0.1, pods: 1 })
    expect(armTotals(arm, 2)).toEqual({ events: 7, of: 40, value: 7 / 40, pods: 3 })
  })

  it('has no share of no requests', () => {
    expect(armTotals(armOf([0, 0], [0, 0]), 1)).toEqual({ events: 0, of: 0, pods: 1 })
  })
})

describe('inverse', () => {
  it('exchanges the ends', () => {
    expect(inverse({ estimate: 2, low: 0.5, high: 4 })).toEqual({ estimate: 0.5, low: 0.25, high: 2 })
  })
})

describe('countNumbers', () => {
  const noise: Noise = {
    ...noiseOf([]),
    floors: (theta0) => theta0.map((theta, t) => theta + t),
    phi: (floor, restart, t) => 10 * floor + t + 1000 * restart,
  }
  const [canary, stable] = [armOf([2, 3, 40], [100, 100, 100]), armOf([5, 5, 5], [400, 400, 400])]

  it('has both arms’ totals, the noise at a ratio of 1 and the interval with it', () => {
    const stream = streamOf(canary, stable, noise)
    expect(countNumbers(stream, 1)).toEqual({
      canary: { events: 5, of: 200, value: 0.025, pods: 1 },
      stable: { events: 10, of: 800, value: 0.0125, pods: 1 },
      // the floor of slice 1 is 1 + 1
      dispersion: 21,
      ratio: confidenceSequence(stream.arms, 1, 21),
    })
  })

  it('shows arms as they are and the ratio as harm sees it', () => {
    const arms = { canary, stable }
    const facing = { canary: stable, stable: canary }
    const numbers = countNumbers({ ...streamOf(canary, stable, noise), arms, facing }, 2)
    expect(numbers.canary.events).toBe(45)
    expect(numbers.ratio).toEqual(confidenceSequence(facing, 2, 32))
    expect(numbers.ratio?.estimate).toBeLessThan(1)
  })

  it('has no ratio without events', () => {
    const silent = streamOf(armOf([0], [5]), armOf([0], [5]), noise)
    expect(Object.keys(countNumbers(silent, 0))).toEqual(['canary', 'stable', 'dispersion'])
  })
})

describe('minutesUntil', () => {
  const growth = { fixed: 1.7, perInformation: 0.002 }
  const noise: Noise = { ...noiseOf([]), growth: (t) => ({ ...growth, fixed: growth.fixed + t }) }
  const counted = (plain: CountSeries, capped?: CountSeries): CountTests => ({
    plain,
    ...(capped === undefined ? {} : { capped }),
    harm: (theta0) => theta0,
    pass: (theta0) => theta0,
    test: () => ({ harmP: () => undefined, goodP: () => undefined }),
  })
  const withShare = (stream: CountSeries, share: number): CountSeries => ({
    ...stream,
    dispersion: { ...stream.dispersion, share },
  })
  const ratios = { theta: 2, theta0: 1 }
  const minutes = (stream: CountSeries, t: number, sliceSeconds = 60): number | undefined =>
    minutesUntil(counted(stream), ratios, t, 5, sliceSeconds)
  /** The minutes by hand, from the traffic in a slice, the share of events and the information so far. */
  const byHand = (
    t: number,
    traffic: { readonly nc: number; readonly ns: number; readonly rate: number; readonly gathered: number },
    sliceSeconds = 60,
  ): number | undefined =>
    minutesNeeded({
      ...ratios,
      share: traffic.nc / (traffic.nc + traffic.ns),
      eventsPerMinute: (traffic.rate * (traffic.nc + traffic.ns) * 60) / sliceSeconds,
      wanting: 5,
      gathered: traffic.gathered,
      fixed: growth.fixed + t,
      perInformation: growth.perInformation,
    })

  it('plans with the traffic of the latest ten slices and the events of the whole rollout', () => {
    // two slices with half the traffic before ten with the whole traffic
    const half = (value: number): readonly number[] => [value / 2, value / 2, ...flat(10, value)]
    const stream = streamOf(armOf(half(4), half(100)), armOf(half(6), half(300)), noise)
    const gathered = 11 * 10 * 0.25 * 0.75
    expect(minutes(stream, 11)).toBeCloseTo(byHand(11, { nc: 100, ns: 300, rate: 0.025, gathered }) ?? 0, 9)
    // one slice of those two is among the latest ten here
    const latest = {
      nc: (50 + 900) / 10,
      ns: (150 + 2700) / 10,
      rate: 0.025,
      gathered: 10 * 10 * 0.25 * 0.75,
    }
    expect(minutes(stream, 10)).toBeCloseTo(byHand(10, latest) ?? 0, 9)
  })

  it('knows nothing of slices after the one looked at', () => {
    const stream = streamOf(armOf([4, 400], [100, 9000]), armOf([6, 600], [300, 27_000]), noise)
    const gathered = 10 * 0.25 * 0.75
    expect(minutes(stream, 0)).toBeCloseTo(byHand(0, { nc: 100, ns: 300, rate: 0.025, gathered }) ?? 0, 9)
  })

  it('counts slices in their own length', () => {
    const stream = streamOf(armOf([4], [100]), armOf([6], [300]), noise)
    const traffic = { nc: 100, ns: 300, rate: 0.025, gathered: 10 * 0.25 * 0.75 }
    expect(minutes(stream, 0, 15)).toBeCloseTo(byHand(0, traffic, 15) ?? 0, 9)
  })

  it('leaves out slices in which an arm has no traffic', () => {
    const stream = streamOf(
      armOf([4, 0, 4, 0], [100, 0, 100, 100]),
      armOf([6, 6, 6, 0], [300, 300, 300, 0]),
      noise,
    )
    // its events still count for the rate
    const traffic = { nc: 100, ns: 300, rate: 26 / 1200, gathered: 2 * 10 * 0.25 * 0.75 }
    expect(minutes(stream, 3)).toBeCloseTo(byHand(3, traffic) ?? 0, 9)
  })

  it.each([
    ['up', 60, true],
    ['up', 38, false],
    ['down', 10, true],
    ['down', 15, false],
  ])('starts anew where the split of the traffic went %s to %s in 100', (_way, before, isAnew) => {
    // the odds are now 25 to 75; more than twice or less than half of that means another weight
    const [nc, ns] = [
      [before, 25],
      [100 - before, 75],
    ] as const
    const stream = streamOf(armOf([1, 1], nc), armOf([3, 3], ns), noise)
    const v = (n: number): number => (4 * n * (100 - n)) / 1e4
    const gathered = v(before) + v(25)
    const own = isAnew ? 25 : (before + 25) / 2
    expect(minutes(stream, 1)).toBeCloseTo(
      byHand(1, { nc: own, ns: 100 - own, rate: 0.04, gathered }) ?? 0,
      9,
    )
  })

  it('takes exactly twice the odds for the same weight', () => {
    const stream = streamOf(armOf([1, 1], [50, 25]), armOf([3, 3], [75, 75]), noise)
    const v = (4 * 50 * 75) / 125 ** 2 + (4 * 25 * 75) / 100 ** 2
    const traffic = { nc: 37.5, ns: 75, rate: 8 / 225, gathered: v }
    expect(minutes(stream, 1)).toBeCloseTo(byHand(1, traffic) ?? 0, 9)
  })

  it('compares a slice with all the later ones together', () => {
    // odds of 50 : 50 are less than twice those of 38 : 62, but more than twice those of 63 : 137
    const nc = [50, 38, 25]
    const ns = nc.map((n) => 100 - n)
    const stream = streamOf(armOf([1, 1, 1], nc), armOf([3, 3, 3], ns), noise)
    const gathered = nc.reduce((sum, n) => sum + (4 * n * (100 - n)) / 1e4, 0)
    const traffic = { nc: 31.5, ns: 68.5, rate: 0.04, gathered }
    expect(minutes(stream, 2)).toBeCloseTo(byHand(2, traffic) ?? 0, 9)
  })

  it('holds history’s share for as good as thirty events', () => {
    const stream = withShare(streamOf(armOf([0], [100]), armOf([1], [300]), noise), 0.01)
    const rate = (30 + 1) / (3000 + 400)
    const traffic = { nc: 100, ns: 300, rate, gathered: 0.25 * 0.75 }
    expect(minutes(stream, 0)).toBeCloseTo(byHand(0, traffic) ?? 0, 9)
  })

  it('plans with capped counts where there are any', () => {
    const plain = streamOf(armOf([40], [100]), armOf([60], [300]), noise)
    const capped = streamOf(armOf([4], [100]), armOf([6], [300]), noise)
    const traffic = { nc: 100, ns: 300, rate: 0.025, gathered: 10 * 0.25 * 0.75 }
    expect(minutesUntil(counted(plain, capped), ratios, 0, 5, 60)).toBeCloseTo(byHand(0, traffic) ?? 0, 9)
  })

  it('is undefined without traffic in both arms, and where nothing ever happened', () => {
    expect(minutes(streamOf(armOf([0], [0]), armOf([1], [300]), noise), 0)).toBeUndefined()
    expect(minutes(streamOf(armOf([1], [100]), armOf([0], [0]), noise), 0)).toBeUndefined()
    expect(minutes(streamOf(armOf([0], [100]), armOf([0], [300]), noise), 0)).toBeUndefined()
  })
})
