import binomialCdf from '@stdlib/stats-base-dists-binomial-cdf'
import normalCdf from '@stdlib/stats-base-dists-normal-cdf'
import tCdf from '@stdlib/stats-base-dists-t-cdf'
import { describe, expect, it } from 'vitest'
import type { Noise } from '../../../src/engine/noise/noise.ts'
import { scoreTest } from '../../../src/engine/evidence/score-test.ts'
import { armOf, noiseOf, streamOf } from '../made/arm-slices.ts'

const xc = [30, 8, 25, 4, 40]
const nc = [900, 300, 800, 200, 1000]
const xs = [20, 30, 15, 22, 60]
const ns = [1000, 1200, 900, 1100, 3000]
const theta0 = [1, 1.2, 0.9, 1.5, 1.1]

/** A case in which every argument matters: a floor by slice, φ from floor and slice, few degrees of freedom from both. */
const varied: Noise = {
  ...noiseOf([]),
  floors: (theta) => theta.map((value, t) => 0.8 + 0.01 * t + 0.1 * value),
  phi: (floor, restart, t) => floor + 0.5 * t + 100 * restart,
  freedom: (floor, phi) => 3 + 2 * floor + phi,
}

const at = (values: readonly number[], t: number): number => values[t] ?? Number.NaN
const upTo = (t: number, term: (k: number) => number): number =>
  Array.from({ length: t + 1 }, (_, k) => term(k)).reduce((sum, value) => sum + value, 0)
const share = (k: number): number => (at(nc, k) * at(theta0, k)) / (at(nc, k) * at(theta0, k) + at(ns, k))
const total = (k: number): number => at(xc, k) + at(xs, k)

/** U/√(φV), as textbooks write it. */
function scoreByHand(t: number): { readonly z: number; readonly freedom: number } {
  const u = upTo(t, (k) => at(xc, k) - total(k) * share(k))
  const v = upTo(t, (k) => total(k) * share(k) * (1 - share(k)))
  const floor = 0.8 + 0.01 * t + 0.1 * at(theta0, t)
  const phi = floor + 0.5 * t
  return { z: u / Math.sqrt(phi * v), freedom: 3 + 2 * floor + phi }
}

describe('scoreTest beyond a hundred events', () => {
  const many = (values: readonly number[]): readonly number[] => values.map((x) => 10 * x)
  it.each([2, 3, 4])(
    'has Student’s tail on the far side of the null, the normal one on the near, at %s',
    (t) => {
      const test = scoreTest(streamOf(armOf(xc, nc), armOf(xs, ns), varied), Float64Array.from(theta0))
      const { z, freedom } = scoreByHand(t)
      const far = 1 - tCdf(Math.abs(z), freedom)
      const near = normalCdf(Math.abs(z), 0, 1)
      const [harm, good] = z > 0 ? [far, near] : [near, far]
      expect(test.harmP(t)).toBeCloseTo(harm, 9)
      expect(test.goodP(t)).toBeCloseTo(good, 9)
    },
  )

  it('finds harm in a canary that is worse and none in one that is better', () => {
    const worse = scoreTest(streamOf(armOf(many(xc), nc), armOf(xs, ns), noiseOf([1])), Float64Array.of(1))
    const better = scoreTest(
      streamOf(armOf([60], [900]), armOf([200], [1000]), noiseOf([1])),
      Float64Array.of(1),
    )
    expect(worse.harmP(0)).toBeLessThan(1e-6)
    expect(worse.goodP(0)).toBeGreaterThan(1 - 1e-6)
    expect(better.goodP(0)).toBeLessThan(1e-6)
    expect(better.harmP(0)).toBeGreaterThan(1 - 1e-6)
  })
})

describe('scoreTest with few events', () => {
  const one = (x: number, y: number, n = 100, m = 900, theta = 1, phi = 1) =>
    scoreTest(streamOf(armOf([x], [n]), armOf([y], [m]), noiseOf([phi])), Float64Array.of(theta))
  /** P of at least and of at most x of X events, when each falls on the canary with the canary's share of the requests. */
  const tails = (x: number, X: number, pi: number): readonly [number, number] => [
    1 - binomialCdf(Math.ceil(x) - 1, X, pi),
    binomialCdf(Math.floor(x), X, pi),
  ]

  it.each([
    [6, 20, 1],
    [1, 20, 1],
    [0, 12, 1],
    [5, 20, 1.5],
    [3, 40, 0.5],
  ])(
    'is the larger of the approximate and the exact tail: %s canary, %s stable, against %s',
    (x, y, theta) => {
      const pi = (100 * theta) / (100 * theta + 900)
      const z = (x - (x + y) * pi) / Math.sqrt((x + y) * pi * (1 - pi))
      const approximate = 1 - normalCdf(z, 0, 1)
      const [harm, good] = tails(x, x + y, pi)
      const test = one(x, y, 100, 900, theta)
      expect(test.harmP(0)).toBeCloseTo(Math.max(harm, approximate), 6)
      expect(test.goodP(0)).toBeCloseTo(Math.max(good, 1 - approximate), 6)
    },
  )

  it('leaves the exact tail away at a hundred events, not at ninety-nine', () => {
    const approximate = (x: number, X: number): number => {
      const z = (x - X * 0.1) / Math.sqrt(X * 0.09)
      return 1 - normalCdf(z, 0, 1)
    }
    expect(one(16, 84).harmP(0)).toBeCloseTo(approximate(16, 100), 9)
    expect(one(16, 83).harmP(0)).toBeCloseTo(tails(16, 99, 0.1)[0], 9)
    expect(tails(16, 99, 0.1)[0] - approximate(16, 99)).toBeGreaterThan(0.01)
  })

  it('weighs the expected share of each slice by its events', () => {
    const stream = streamOf(armOf([3, 2], [100, 500]), armOf([3, 8], [900, 500]), noiseOf([1]))
    const test = scoreTest(stream, Float64Array.of(1, 1))
    // 6 events at a tenth and 10 at a half: 5.6 of 16
    const pi = 5.6 / 16
    const z = (5 - 5.6) / Math.sqrt(6 * 0.09 + 10 * 0.25)
    expect(test.harmP(1)).toBeCloseTo(Math.max(tails(5, 16, pi)[0], 1 - normalCdf(z, 0, 1)), 6)
    expect(test.goodP(1)).toBeCloseTo(Math.max(tails(5, 16, pi)[1], normalCdf(z, 0, 1)), 6)
  })

  it('rounds a part of an event away from what it would show', () => {
    const [high, low] = [one(2.4, 10, 100, 900, 1, 0.3), one(1.6, 50, 100, 900, 1, 0.3)]
    // at least 3 of round(12.4) = 12; at most 1 of round(51.6) = 52
    expect(high.harmP(0)).toBeCloseTo(tails(3, 12, 0.1)[0], 9)
    expect(low.goodP(0)).toBeCloseTo(tails(1, 52, 0.1)[1], 9)
  })

  it('takes a whole number for what it is, whatever its last digit lost in a sum', () => {
    const exact = one(3, 9)
    for (const x of [3 - 4e-10, 3 + 4e-10]) {
      expect(one(x, 12 - x).harmP(0)).toBeCloseTo(exact.harmP(0) ?? Number.NaN, 6)
      expect(one(x, 12 - x).goodP(0)).toBeCloseTo(exact.goodP(0) ?? Number.NaN, 6)
    }
  })

  it('divides what it found by the noise, which the exact tail does not know', () => {
    const wide = one(20, 60, 100, 900, 1, 9)
    // z = (20 − 8)/√(9 · 80 · .09) = 1.4907
    expect(wide.harmP(0)).toBeCloseTo(0.068_019, 5)
  })
})

describe('scoreTest and silence', () => {
  it('is undefined until both arms had traffic and an event in the same slice', () => {
    const stream = streamOf(
      armOf([5, 0, 0, 2, 0], [100, 100, 0, 100, 0]),
      armOf([0, 0, 4, 1, 9], [0, 100, 100, 100, 100]),
      noiseOf([1]),
    )
    const test = scoreTest(stream, new Float64Array(5).fill(1))
    const known = [0, 1, 2, 3, 4].map((t) => [test.harmP(t) !== undefined, test.goodP(t) !== undefined])
    expect(known).toEqual([false, false, false, true, true].map((is) => [is, is]))
    // events while only one arm had traffic do not count in the comparison
    const alone = scoreTest(streamOf(armOf([2], [100]), armOf([1], [100]), noiseOf([1])), Float64Array.of(1))
    for (const t of [3, 4]) {
      expect(test.harmP(t)).toBe(alone.harmP(0))
      expect(test.goodP(t)).toBe(alone.goodP(0))
    }
  })
})
