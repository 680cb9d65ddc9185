import { describe, expect, it } from 'vitest'
import { losesTraffic } from '../../../src/engine/decision/lost-traffic.ts'
import { armOf } from '../made/arm-slices.ts'
import { madeRun } from '../made/made-run.ts'
import { policyOf } from '../made/recordings.ts'

const policy = policyOf([
  { name: 'memory', kind: 'gauge' },
  { name: 'errors', kind: 'errors' },
])
const even = (value: number): readonly number[] => Array.from({ length: 12 }, () => value)
const shifting = [
  { slice: 0, ends: 6, weight: 50 },
  { slice: 6, ends: 12, weight: 50 },
]

/** A rollout with this many canary requests among 1000 in a slice, or among the given number. */
const loses = (canary: number, steps = shifting, all = 1000): boolean =>
  losesTraffic(
    madeRun(policy, {
      steps,
      metrics: {
        errors: {
          traffic: { canary: armOf(even(0), even(canary)), stable: armOf(even(0), even(all - canary)) },
        },
      },
    }),
    11,
  )

describe('losesTraffic of a canary with a weight of 50 %', () => {
  it.each([
    [500, false],
    [450, false],
    [700, false],
    [333, true],
    [100, true],
  ])('with %s of 1000 requests is %s', (canary, lost) => {
    expect(loses(canary)).toBe(lost)
  })

  it('is true of a plan of one step as well', () => {
    expect(loses(300, [{ slice: 0, ends: 12, weight: 50 }])).toBe(true)
    expect(loses(500, [{ slice: 0, ends: 12, weight: 50 }])).toBe(false)
  })

  it('is false while so few requests may be chance', () => {
    expect(loses(1, shifting, 3)).toBe(false)
  })

  it('is false where no weight is declared', () => {
    expect(loses(100, [{ slice: 0, ends: 12, weight: 0 }])).toBe(false)
  })
})
