import { describe, expect, it } from 'vitest'
import {
  cautiousShareSlowerThan,
  quantileOf,
  type ShareCurve,
  shareRatio,
  shareSlowerThan,
  slownessOf,
  steepness,
  steepShareSlowerThan,
} from '../../../../src/engine/kinds/latency/share-curve.ts'

/** S(b) = b^−2 from b = 1 on: a straight line in logarithms. */
const bounds = [1, 2, 4, 8, 16]
const power: ShareCurve = { bounds, shares: bounds.map((b) => b ** -2) }
/** ln S = −(ln b)²/2: a parabola in logarithms. */
const bent: ShareCurve = { bounds, shares: bounds.map((b) => Math.exp(-0.5 * Math.log(b) ** 2)) }

describe('shareSlowerThan', () => {
  it.each([1, 1.5, 2, 3, 5, 11, 16, 20])('is exact for a line and a parabola in logarithms at %s', (x) => {
    expect(shareSlowerThan(power, x)).toBeCloseTo(x ** -2, 12)
    expect(shareSlowerThan(bent, x)).toBeCloseTo(Math.exp(-0.5 * Math.log(x) ** 2), 12)
  })

  it('is a straight line in logarithms through two bounds, within and beyond them', () => {
    const two = { bounds: [2, 8], shares: [0.32, 0.02] }
    // a sixteenth for a factor of 4 is b^−2
    for (const x of [2, 4, 5, 8, 12]) expect(shareSlowerThan(two, x)).toBeCloseTo(0.32 * (2 / x) ** 2, 12)
  })

  it('reads the bound at or above x and its neighbours', () => {
    const kinked = { bounds, shares: [1, 0.5, 0.25, 0.01, 0.001] }
    // through 2, 4, 8 for x in (2, 4]; through 4, 8, 16 for x in (4, 8]
    const lagrange = (xs: readonly number[], x: number): number => {
      const logs = xs.map((b) => Math.log(kinked.shares[bounds.indexOf(b)] ?? 1))
      const at = xs.map((b) => Math.log(b))
      return Math.exp(
        logs.reduce((sum, y, i) => {
          const others = at.filter((_, j) => j !== i)
          return (
            sum + others.reduce((part, other) => (part * (Math.log(x) - other)) / ((at[i] ?? 0) - other), y)
          )
        }, 0),
      )
    }
    expect(shareSlowerThan(kinked, 3.9)).toBeCloseTo(lagrange([2, 4, 8], 3.9), 12)
    expect(shareSlowerThan(kinked, 4.1)).toBeCloseTo(lagrange([4, 8, 16], 4.1), 12)
    expect(shareSlowerThan(kinked, 1.2)).toBeCloseTo(lagrange([1, 2, 4], 1.2), 12)
    expect(shareSlowerThan(kinked, 20)).toBeCloseTo(lagrange([4, 8, 16], 20), 12)
  })

  it('stays a share where the curve ends', () => {
    expect(shareSlowerThan(power, 0.01)).toBe(1)
    expect(shareSlowerThan(power, 1e9)).toBeCloseTo(1e-7, 18)
    expect(shareSlowerThan({ bounds: [], shares: [] }, 1)).toBe(1e-7)
  })

  it('takes a line through two bounds, and one bound for all', () => {
    const two = { bounds: [1, 4], shares: [1, 1 / 16] }
    expect(shareSlowerThan(two, 2)).toBeCloseTo(1 / 4, 12)
    expect(shareSlowerThan({ bounds: [3], shares: [0.2] }, 100)).toBeCloseTo(0.2, 12)
  })

  it('takes a share of zero for next to nothing', () => {
    expect(shareSlowerThan({ bounds, shares: [0.5, 0.1, 0.01, 0, 0] }, 8)).toBeCloseTo(1e-7, 18)
  })
})

describe('cautiousShareSlowerThan', () => {
  it.each([0.5, 1, 1.5, 2, 3, 5, 11, 16, 20])('is the parabola where the curve bends little, at %s', (x) => {
    expect(cautiousShareSlowerThan(power, x)).toBe(shareSlowerThan(power, x))
  })

  it('stays flat between bounds with the same share, where the parabola rises', () => {
    const modes = { bounds, shares: [0.9, 0.2, 0.2, 0.001, 0.0001] }
    expect(shareSlowerThan(modes, 3)).toBeGreaterThan(0.25)
    expect(cautiousShareSlowerThan(modes, 3)).toBeCloseTo(0.2, 12)
    const rising = { bounds, shares: [0.9, 0.1, 0.2, 0.001, 0.0001] }
    expect(cautiousShareSlowerThan(rising, 3)).toBeCloseTo(0.2, 12)
  })

  it('is never above the share at the bound before', () => {
    const hump = { bounds, shares: [0.9, 0.5, 0.2, 0.0001, 0.00001] }
    expect(shareSlowerThan(hump, 2.1)).toBeGreaterThan(0.5)
    expect(cautiousShareSlowerThan(hump, 2.1)).toBeCloseTo(0.5, 12)
  })

  it('is at most three times as steep below a bound as over the bucket', () => {
    const kinked = { bounds, shares: [0.9, 0.3, 0.28, 0.0001, 0.00001] }
    const slope = Math.log(0.3 / 0.28) / Math.log(4 / 2)
    const highest = 0.28 * (4 / 3.9) ** (3 * slope)
    expect(shareSlowerThan(kinked, 3.9)).toBeGreaterThan(highest)
    expect(cautiousShareSlowerThan(kinked, 3.9)).toBeCloseTo(highest, 12)
  })
})

describe('steepShareSlowerThan', () => {
  it('is at least three times as steep below a bound as over the bucket, up to the bound before', () => {
    const narrow = { bounds, shares: [0.9, 0.5, 0.1, 0.05, 0.04] }
    const slope = Math.log(0.5 / 0.1) / Math.log(2)
    expect(steepShareSlowerThan(narrow, 3.9)).toBeCloseTo(0.1 * (4 / 3.9) ** (3 * slope), 12)
    expect(steepShareSlowerThan(narrow, 2.1)).toBeCloseTo(0.5, 12)
  })

  it('is the parabola where that is more, and beyond the bounds', () => {
    const hump = { bounds, shares: [0.9, 0.5, 0.2, 0.0001, 0.00001] }
    expect(steepShareSlowerThan(hump, 2.1)).toBe(shareSlowerThan(hump, 2.1))
    for (const x of [0.5, 20]) expect(steepShareSlowerThan(bent, x)).toBe(shareSlowerThan(bent, x))
  })
})

describe('shareRatio', () => {
  it('reads the curve with the function that it is given', () => {
    const modes = { bounds, shares: [0.9, 0.2, 0.2, 0.001, 0.0001] }
    expect(shareRatio(modes, 4, 1.5)).toBeGreaterThan(1.2)
    expect(shareRatio(modes, 4, 1.5, cautiousShareSlowerThan)).toBeCloseTo(1, 12)
    expect(slownessOf(modes, 4, 1.2, cautiousShareSlowerThan)).toBeGreaterThan(2)
  })

  it('is S(b/r)/S(b), never on the wrong side of 1', () => {
    expect(shareRatio(power, 4, 1.5)).toBeCloseTo(1.5 ** 2, 12)
    expect(shareRatio(power, 4, 0.5)).toBeCloseTo(0.25, 12)
    expect(shareRatio(power, 4, 1)).toBe(1)
    const rising = { bounds, shares: [0.1, 0.2, 0.3, 0.4, 0.5] }
    expect([shareRatio(rising, 4, 1.5), shareRatio(rising, 4, 0.7)]).toEqual([1, 1])
  })
})

describe('slownessOf', () => {
  it.each([0.3, 1, 1.7, 3])('is the factor whose ratio of shares is %s', (ratio) => {
    expect(slownessOf(power, 8, ratio)).toBeCloseTo(Math.sqrt(ratio), 9)
  })

  it('ends at twenty times either way', () => {
    expect(slownessOf(power, 8, 1e9)).toBeCloseTo(Math.exp(3), 9)
    expect(slownessOf(power, 8, 0)).toBeCloseTo(Math.exp(-3), 9)
  })
})

describe('steepness', () => {
  it('is the slope between the neighbours in logarithms', () => {
    expect(steepness(power, 2)).toBeCloseTo(2, 12)
    expect(steepness(bent, 0)).toBeCloseTo(Math.log(2) / 2, 12)
    expect(steepness(bent, 4)).toBeCloseTo((16 - 9) * Math.log(2) * 0.5, 12)
    expect(steepness(bent, 2)).toBeCloseTo((9 - 1) * Math.log(2) * 0.25, 12)
    expect(steepness({ bounds: [3], shares: [0.2] }, 0)).toBe(0)
  })
})

describe('quantileOf', () => {
  it('interpolates in logarithms, and is undefined beyond the bounds', () => {
    expect(quantileOf(power, 0.9)).toBeCloseTo(Math.sqrt(10), 12)
    expect(quantileOf(power, 0.75)).toBeCloseTo(2, 12)
    expect(quantileOf(power, 0.999)).toBeUndefined()
    expect(quantileOf({ bounds, shares: [0.5, 0.4, 0.3, 0.2, 0.1] }, 0.4)).toBeUndefined()
    expect(quantileOf({ bounds, shares: [0.5, 0.5, 0.3, 0.2, 0.1] }, 0.5)).toBeCloseTo(2, 12)
  })
})
