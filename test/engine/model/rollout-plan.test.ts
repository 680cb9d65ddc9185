import { describe, expect, it } from 'vitest'
import { gateAt, gateShare, rolloutPlan, stepAt } from '../../../src/engine/model/rollout-plan.ts'
import { handMade } from '../made/recordings.ts'

const bare = handMade({ history: 100, slices: 160 })
const steps = [
  { slice: 100, ends: 120, weight: 5, next: 25 },
  { slice: 115, ends: 130, weight: 25 },
  { slice: 140, ends: 150, weight: 50 },
]
const planned = { ...bare, steps }

describe('rolloutPlan', () => {
  it('has no steps where none are declared', () => {
    expect(rolloutPlan(bare, 40).steps).toEqual([])
  })

  it('counts steps from the start of the rollout, and only those begun', () => {
    expect(rolloutPlan(planned, 40).steps).toEqual([
      { index: 0, from: 0, ends: 20, weight: 5, next: 25 },
      { index: 1, from: 15, ends: 30, weight: 25, next: 50 },
    ])
    expect(rolloutPlan(planned, 41).steps[2]).toEqual({ index: 2, from: 40, ends: 50, weight: 50, next: 100 })
  })

  it('has as many gates as the plan says, else as steps are declared, and none without steps', () => {
    expect(rolloutPlan(planned, 10).gates).toBe(3)
    expect(rolloutPlan({ ...planned, gates: 5 }, 10).gates).toBe(5)
    expect(rolloutPlan({ ...bare, gates: 5, steps: [] }, 10).gates).toBe(5)
    expect(rolloutPlan({ ...bare, gates: 5 }, 10).gates).toBe(0)
    expect(rolloutPlan({ ...bare, steps: [] }, 10).gates).toBe(0)
  })

  it('starts evidence anew at each later step, with .7 from the start', () => {
    expect(rolloutPlan(planned, 60).restarts).toEqual([
      { from: 0, weight: 0.7 },
      { from: 15, weight: expect.closeTo(0.15, 12) },
      { from: 40, weight: expect.closeTo(0.15, 12) },
    ])
    expect(rolloutPlan(planned, 15).restarts).toEqual([{ from: 0, weight: 0.7 }])
    expect(rolloutPlan({ ...planned, gates: 1 }, 60).restarts).toEqual([{ from: 0, weight: 1 }])
    expect(rolloutPlan({ ...planned, gates: 2 }, 60).restarts.map(({ from }) => from)).toEqual([0, 15])
  })

  it('starts it anew every ten slices where no steps are declared', () => {
    const { restarts } = rolloutPlan(bare, 31)
    expect(restarts).toEqual([
      { from: 0, weight: 0.7 },
      { from: 10, weight: expect.closeTo(0.3 / 2, 12) },
      { from: 20, weight: expect.closeTo(0.3 / 6, 12) },
      { from: 30, weight: expect.closeTo(0.3 / 12, 12) },
    ])
    expect(rolloutPlan(bare, 30).restarts.length).toBe(3)
    rolloutPlan(bare, 601)
      .restarts.slice(1, 60)
      .forEach(({ from, weight }, i) => {
        expect(from).toBe(10 * (i + 1))
        expect(weight).toBeCloseTo(0.3 / ((i + 1) * (i + 2)), 12)
      })
  })

  it('has few beginnings in a week, of which none is more than a tenth of its age from the next', () => {
    const { restarts } = rolloutPlan(bare, 10_080)
    expect(restarts.length).toBeLessThan(100)
    expect(restarts.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThan(1)
    restarts.slice(1, -1).forEach(({ from, weight }, i) => {
      const next = restarts[i + 2]?.from ?? Number.NaN
      expect(next - from).toBeLessThanOrEqual(Math.max(10, from / 10))
      expect(weight).toBeCloseTo(0.3 * (10 / from - 10 / next), 12)
    })
  })

  it('gives a longer rollout the same beginnings, and more', () => {
    const long = rolloutPlan(bare, 9000).restarts
    const short = rolloutPlan(bare, 4000).restarts
    expect(long.slice(0, short.length)).toEqual(short)
  })
})

describe('stepAt', () => {
  const plan = rolloutPlan(planned, 60)

  it('is the last step that has begun', () => {
    expect([0, 14, 15, 39, 40, 59].map((t) => stepAt(plan, t)?.index)).toEqual([0, 0, 1, 1, 2, 2])
    expect(stepAt(rolloutPlan({ ...bare, steps: steps.slice(2) }, 60), 39)).toBeUndefined()
  })
})

describe('gateAt', () => {
  it('is the look with the last slice of a step, unless the next has begun by then', () => {
    const plan = rolloutPlan(planned, 60)
    const gates = Array.from({ length: 60 }, (_, t) => gateAt(plan, t)?.index)
    expect(gates.flatMap((index, t) => (index === undefined ? [] : [[t, index]]))).toEqual([
      [29, 1],
      [49, 2],
    ])
  })
})

describe('gateShare', () => {
  it('grows with the square of the step: .07, .29, .64 of three', () => {
    const plan = rolloutPlan(planned, 60)
    expect(plan.steps.map((step) => gateShare(plan, step))).toEqual([
      expect.closeTo(1 / 14, 12),
      expect.closeTo(4 / 14, 12),
      expect.closeTo(9 / 14, 12),
    ])
  })

  it('is nothing for steps beyond the plan', () => {
    const plan = rolloutPlan({ ...planned, gates: 2 }, 60)
    expect(plan.steps.map((step) => gateShare(plan, step))).toEqual([0.2, 0.8, 0])
  })
})
