import { describe, expect, it } from 'vitest'
import { dropMargin, dropToRatio, ratioMargin, marginFactor } from '../../../src/engine/model/margins.ts'
import { minutesNeeded, type PlanningInput } from '../../../src/engine/evidence/planning.ts'
import { onlyErrors, policyOf } from '../made/recordings.ts'

const input: PlanningInput = {
  share: 0.05,
  eventsPerMinute: 15,
  theta: 2,
  theta0: 1,
  wanting: 5,
  fixed: 1,
  perInformation: 0,
  gathered: 0,
}

/** The number of events by the formula of the page, for a share w of the traffic. */
function eventsByHand(w: number, theta: number, theta0: number, wanting: number): number {
  const a = (w * theta) / (w * theta + 1 - w)
  const b = (w * theta0) / (w * theta0 + 1 - w)
  const mean = a * Math.log(a / b) + (1 - a) * Math.log((1 - a) / (1 - b))
  const square = a * Math.log(a / b) ** 2 + (1 - a) * Math.log((1 - a) / (1 - b)) ** 2
  const v = square - mean ** 2
  const z = 0.8416212335729143
  // mean·Y − z·√(v·Y) = wanting
  const root = (z * Math.sqrt(v) + Math.sqrt(z * z * v + 4 * mean * wanting)) / (2 * mean)
  return root * root
}

describe('minutesNeeded', () => {
  it.each([
    [0.05, 2, 1, 5],
    [0.5, 2, 1, 5],
    [0.25, 1, 1.5, 3],
    [0.05, 10, 1, 8],
  ])(
    'at a share of %s, %s against %s, wanting %s, is the formula over the rate of events',
    (share, theta, theta0, wanting) => {
      const expected = eventsByHand(share, theta, theta0, wanting) / 15
      expect(minutesNeeded({ ...input, share, theta, theta0, wanting })).toBeCloseTo(expected, 9)
    },
  )

  it('grows with the noise that averages out, in proportion', () => {
    const once = minutesNeeded(input) ?? 0
    expect(minutesNeeded({ ...input, fixed: 3 })).toBeCloseTo(3 * once, 9)
    expect(minutesNeeded({ ...input, eventsPerMinute: 30 })).toBeCloseTo(once / 2, 9)
  })

  it('saturates with the noise that does not: X = a Y / (1 − b c Y)', () => {
    const events = 15 * (minutesNeeded(input) ?? 0)
    const [b, c] = [0.001, 0.05 * 0.95]
    const expected = (events * (1 + b * 40)) / (1 - b * c * events) / 15
    expect(minutesNeeded({ ...input, perInformation: b, gathered: 40 })).toBeCloseTo(expected, 9)
    expect(minutesNeeded({ ...input, perInformation: 1 / (c * events) + 1e-9 })).toBe(Infinity)
    expect(minutesNeeded({ ...input, perInformation: 0.999 / (c * events) })).toBeLessThan(Infinity)
  })

  it('is 0 where nothing is wanting and undefined where nothing happens', () => {
    expect(minutesNeeded({ ...input, wanting: 0 })).toBe(0)
    expect(minutesNeeded({ ...input, eventsPerMinute: 0 })).toBeUndefined()
    expect(minutesNeeded({ ...input, share: 0 })).toBeUndefined()
    expect(minutesNeeded({ ...input, share: 1 })).toBeUndefined()
    expect(
      minutesNeeded({ ...input, eventsPerMinute: Infinity, perInformation: 1, gathered: Infinity }),
    ).toBe(Infinity)
    expect(
      minutesNeeded({ ...input, eventsPerMinute: Infinity, gathered: Infinity, perInformation: 1e-9 }),
    ).toBeUndefined()
  })

  it('is Infinity for ratios that the traffic cannot distinguish', () => {
    expect(minutesNeeded({ ...input, theta: 1.5, theta0: 1.5 })).toBe(Infinity)
  })
})

describe('relief', () => {
  it('is in proportion to the traffic that the next step puts at risk, 4 at most', () => {
    expect([100, 50, 25, 20, 0].map((next) => marginFactor(onlyErrors, next))).toEqual([1, 2, 4, 4, 4])
    const fixed = { ...onlyErrors, riskProportional: false }
    expect([100, 5].map((next) => marginFactor(fixed, next))).toEqual([1, 1])
  })
})

describe('margins', () => {
  const [metric] = policyOf([{ name: 'errors', kind: 'errors', margin: 1.5 }]).metrics
  const [gauge] = policyOf([{ name: 'cpu', kind: 'gauge' }]).metrics
  const [sales] = policyOf([{ name: 'sales', kind: 'conversion', margin: '20%', tolerance: '2%' }]).metrics

  it('widen with the relief: a ratio by its excess over 1, a drop up to a half', () => {
    expect(metric?.kind === 'errors' && ratioMargin(metric, 2)).toBe(2)
    expect(gauge?.kind === 'gauge' && ratioMargin(gauge, 2)).toBeUndefined()
    expect(sales?.kind === 'conversion' && [1, 2, 4].map((times) => dropMargin(sales, times))).toEqual([
      0.2, 0.4, 0.5,
    ])
    expect(dropToRatio(0.5)).toBe(2)
    expect(dropToRatio(0)).toBe(1)
  })
})
