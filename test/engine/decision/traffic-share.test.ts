import { describe, expect, it } from 'vitest'
import type { RolloutPlan } from '../../../src/engine/model/rollout-plan.ts'
import { type TrafficShare, trafficShare } from '../../../src/engine/decision/traffic-share.ts'
import { armOf } from '../made/arm-slices.ts'

interface Split {
  readonly weight: number
  readonly canary: number
  readonly stable: number
}

/** The mean of two one-sided mixtures around 1.1 and 1/1.1, with the dispersion at the odds that fit best. */
function byDefinition(splits: readonly Split[]): TrafficShare {
  const sum = (of: (split: Split) => number): number => splits.reduce((total, split) => total + of(split), 0)
  const of = ({ canary, stable }: Split): number => canary + stable
  const shareAt = ({ weight }: Split, theta: number): number =>
    (weight * theta) / (weight * theta + 1 - weight)
  let [low, high] = [Math.exp(-7), Math.exp(7)]
  for (let i = 0; i < 200; i++) {
    const theta = Math.sqrt(low * high)
    if (sum((split) => of(split) * shareAt(split, theta)) < sum(({ canary }) => canary)) low = theta
    else high = theta
  }
  const squares = sum((split) => {
    const p = shareAt(split, low)
    return (split.canary - of(split) * p) ** 2 / (of(split) * p * (1 - p))
  })
  const phi = Math.max(1, (30 + squares) / (10 + splits.length))
  const mixture = (theta0: number, sign: number): number =>
    [0.05, 0.1, 0.2, 0.4, 0.8].reduce((total, effect) => {
      const theta = theta0 * Math.exp(sign * effect)
      const log = sum(
        (split) =>
          split.canary * Math.log(theta / theta0) -
          of(split) *
            Math.log((split.weight * theta + 1 - split.weight) / (split.weight * theta0 + 1 - split.weight)),
      )
      return total + Math.exp(log / phi) / 5
    }, 0)
  return {
    share: sum(({ canary }) => canary) / sum(of),
    expected: sum((split) => of(split) * split.weight) / sum(of),
    evidence: Math.log((mixture(1.1, 1) + mixture(1 / 1.1, -1)) / 2),
  }
}

const planOf = (...steps: readonly (readonly [from: number, weight: number])[]): RolloutPlan => ({
  slices: 99,
  gates: steps.length,
  steps: steps.map(([from, weight], index) => ({ index, from, ends: from + 10, weight, next: 100 })),
  restarts: [],
})

function shareOf(
  plan: RolloutPlan,
  canary: readonly number[],
  stable: readonly number[],
  t = canary.length - 1,
) {
  const none = canary.map(() => 0)
  return trafficShare({ canary: armOf(none, canary), stable: armOf(none, stable) }, plan, t)
}

const close = ({ share, expected, evidence }: TrafficShare): unknown => ({
  share: expect.closeTo(share, 12),
  expected: expect.closeTo(expected, 12),
  evidence: expect.closeTo(evidence, 6),
})

describe('trafficShare', () => {
  it.each([
    ['as promised', [50, 52, 47, 51, 55], [950, 948, 953, 949, 945]],
    ['twice as much as promised', [100, 95, 103, 99, 101], [900, 905, 897, 901, 899]],
    ['half of what was promised', [250, 240, 256, 251, 247], [9750, 9760, 9744, 9749, 9753]],
    ['none at all', [0, 0, 0, 0, 0], [1000, 1000, 1000, 1000, 1000]],
    ['so uneven that the routing is noisy', [5, 150, 20, 130, 3], [900, 1000, 1100, 950, 980]],
  ] as const)('compares the split with the weight: %s', (_name, canary, stable) => {
    // the first slice of the step is not counted
    const splits = [1, 2, 3, 4].map((k) => ({ weight: 0.05, canary: canary[k] ?? 0, stable: stable[k] ?? 0 }))
    expect(shareOf(planOf([0, 5]), canary, stable)).toEqual(close(byDefinition(splits)))
  })

  it('knows a split over several steps by the weight of each', () => {
    const canary = [9, 60, 40, 9, 300, 240, 9, 480, 500, 530]
    const stable = [9, 940, 960, 9, 700, 760, 9, 520, 500, 470]
    const splits = [1, 2, 4, 5, 7, 8].map((k) => ({
      weight: k < 3 ? 0.05 : k < 6 ? 0.25 : 0.5,
      canary: canary[k] ?? 0,
      stable: stable[k] ?? 0,
    }))
    expect(shareOf(planOf([0, 5], [3, 25], [6, 50]), canary, stable, 8)).toEqual(close(byDefinition(splits)))
  })

  it('counts its noise less and less by the guess of 3 it begins with', () => {
    // every split is exactly as promised, so φ = 30/(10 + K), and never below 1
    const evidence = (slices: number): number => {
      const row = (n: number): number[] => Array<number>(slices + 1).fill(n)
      const found = shareOf(planOf([0, 50]), row(500), row(500))
      const splits = row(500)
        .slice(1)
        .map((n) => ({ weight: 0.5, canary: n, stable: n }))
      expect(found).toEqual(close(byDefinition(splits)))
      return found?.evidence ?? 0
    }
    const spent = [1, 20, 40].map((slices) => evidence(slices))
    expect(spent).toEqual(spent.toSorted((a, b) => b - a))
  })

  it('leaves out slices without traffic of one arm', () => {
    const dense = shareOf(planOf([0, 5]), [9, 90, 0, 80], [9, 910, 800, 920])
    expect(shareOf(planOf([0, 5]), [9, 90, 0, 0, 80, 0], [9, 910, 0, 800, 920, 0])).toEqual(dense)
    expect(shareOf(planOf([0, 50]), [9, 100], [9, 0])).toEqual(
      close(byDefinition([{ weight: 0.5, canary: 100, stable: 0 }])),
    )
  })

  it('reads only slices up to the look', () => {
    const [canary, stable] = [
      [5, 100, 100, 5000, 1],
      [95, 900, 900, 1, 5000],
    ]
    expect(shareOf(planOf([0, 5], [4, 50]), canary, stable, 2)).toEqual(
      shareOf(planOf([0, 5]), canary.slice(0, 3), stable.slice(0, 3)),
    )
  })

  it('skips steps at weight 0 and 100: there the split is no question', () => {
    const [canary, stable] = [
      [0, 9, 0, 100, 90, 1000, 1000],
      [900, 900, 900, 900, 910, 5, 5],
    ]
    expect(shareOf(planOf([0, 0], [2, 10], [5, 100]), canary, stable)).toEqual(
      close(
        byDefinition([
          { weight: 0.1, canary: 100, stable: 900 },
          { weight: 0.1, canary: 90, stable: 910 },
        ]),
      ),
    )
  })

  it('is undefined without declared weights, or without traffic after the first slice of a step', () => {
    expect(shareOf(planOf(), [50, 50], [950, 950])).toBeUndefined()
    expect(shareOf(planOf([0, 5]), [50], [950])).toBeUndefined()
    expect(shareOf(planOf([0, 5]), [50, 0], [950, 0])).toBeUndefined()
    expect(shareOf(planOf([0, 100]), [50, 50], [950, 950])).toBeUndefined()
    expect(shareOf(planOf([0, 0]), [50, 50], [950, 950])).toBeUndefined()
  })

  it('stays a number where a weight is next to all and all went to the canary', () => {
    const found = shareOf(planOf([0, 99.999999999999986]), [5, 1000], [5, 0])
    expect(found?.share).toBe(1)
    expect(found?.evidence).toBeLessThan(0)
    expect(found?.evidence).toBeGreaterThan(-1)
  })
})
