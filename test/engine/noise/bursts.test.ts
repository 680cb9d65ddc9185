import { describe, expect, it } from 'vitest'
import { type CappedNoise, learnCappedNoise } from '../../../src/engine/noise/bursts.ts'
import { learnDispersion, type PodDispersion } from '../../../src/engine/noise/dispersion.ts'
import type { PodCounts } from '../../../src/engine/counts/pod-counts.ts'
import type { RolloutPlan } from '../../../src/engine/model/rollout-plan.ts'
import type { ArmSlices } from '../../../src/engine/counts/slices.ts'
import { createRandom, uniform } from '../../../src/simulate/random.ts'
import { armOfPods } from '../made/arm-slices.ts'
import { between, cappedBy, podsOf, SLICES, variance } from '../naive/naive-bursts.ts'
import { podRow } from '../made/pod-rows.ts'

/** Six pods of 500 requests with 2 % bad ones. Some slices have a burst of ten times as many in one pod, two slices long. */
function bursting(times: number, slices = SLICES, requests = 500): readonly PodCounts[] {
  const random = createRandom('bursts')
  return Array.from({ length: 6 }, (_, j) => {
    const x = Array.from({ length: slices }, (_slice, t) => {
      const burst = (Math.floor(t / 2) + 11 * j) % 20 === 0 ? times : 1
      return Math.round(requests * 0.02 * burst * (0.7 + 0.6 * uniform(random)))
    })
    return podRow(x, Array<number>(slices).fill(requests))
  })
}

const planOf = (...from: readonly number[]): RolloutPlan => ({
  slices: 30,
  gates: from.length,
  steps: from.map((begin, index) => ({ index, from: begin, ends: begin + 10, weight: 5, next: 25 })),
  restarts: [],
})

/** One pod of each arm with these requests by slice. */
const sized = (canary: (t: number) => number, stable = (_t: number) => 500) => {
  const row = (of: (t: number) => number): number[] => Array.from({ length: 30 }, (_, t) => of(t))
  return {
    canary: armOfPods([row(() => 0)], [row(canary)]),
    stable: armOfPods([row(() => 0)], [row(stable)]),
  }
}

function learnt(
  pods: readonly PodCounts[],
  canary: (t: number) => number = () => 500,
  plan = planOf(0, 10, 20),
  stable?: (t: number) => number,
): CappedNoise | undefined {
  const plain = podsOf(learnDispersion(pods, SLICES))
  return learnCappedNoise(pods, SLICES, plain, 3, { arms: sized(canary, stable), plan })
}

const scales = (noise: CappedNoise | undefined): readonly number[] =>
  [0, 9, 10, 19, 20, 29].map((t) => noise?.scale[t] ?? NaN)

describe('learnCappedNoise', () => {
  const pods = bursting(10)

  it('learns from history with its bursts capped, at the size of its own pods', () => {
    const noise = learnt(pods)
    expect(noise?.dispersion).toEqual(cappedBy(pods, 3, 1))
    expect(between(cappedBy(pods, 3, 1))).toBeLessThan(0.5 * between(podsOf(learnDispersion(pods, SLICES))))
    expect(noise?.scale).toEqual(new Float64Array(30).fill(1))
  })

  it('caps as for the canary pods of each step, and follows with the noise that is left', () => {
    const noise = learnt(pods, (t) => (t < 10 ? 25 : t < 20 ? 50 : 400))
    const [first, second, third] = [0.05, 0.1, 0.8].map((size) => cappedBy(pods, 3, size))
    expect(noise?.dispersion).toEqual(first)
    const ratio = (other: PodDispersion | undefined): number =>
      other === undefined || first === undefined ? NaN : Math.sqrt(between(other) / between(first))
    expect(scales(noise)).toEqual(
      [1, 1, ratio(second), ratio(second), ratio(third), ratio(third)].map((x) => expect.closeTo(x, 12)),
    )
    expect(ratio(second)).toBeLessThan(0.95)
    expect(ratio(third)).toBeLessThan(ratio(second))
  })

  it('sizes a step where both arms have traffic first, and keeps that size', () => {
    const early = learnt(
      pods,
      (t) => (t < 2 ? 0 : t < 10 ? 25 : t < 14 ? 0 : t === 14 ? 100 : 400),
      planOf(0, 10),
    )
    const ratio = Math.sqrt(between(cappedBy(pods, 3, 0.2)) / between(cappedBy(pods, 3, 0.05)))
    expect(early?.dispersion).toEqual(cappedBy(pods, 3, 0.05))
    expect([13, 14, 20, 29].map((t) => early?.scale[t])).toEqual(
      [1, ratio, ratio, ratio].map((x) => expect.closeTo(x, 12)),
    )
    const late = learnt(
      pods,
      () => 100,
      planOf(0, 10),
      (t) => (t < 12 ? 0 : 500),
    )
    expect(late?.dispersion).toEqual(cappedBy(pods, 3, 0.2))
    expect(late?.scale).toEqual(new Float64Array(30).fill(1))
  })

  it('takes history as it is where a step has no traffic, or larger canary pods than stable', () => {
    for (const canary of [() => 0, () => 5000]) {
      expect(learnt(pods, canary)?.dispersion).toEqual(cappedBy(pods, 3, 1))
    }
  })

  it('goes by the smallest pods of the arms that have traffic', () => {
    const rows = (...n: readonly number[]): ArmSlices =>
      armOfPods(
        n.map(() => Array<number>(30).fill(0)),
        n.map((requests) => Array<number>(30).fill(requests)),
      )
    const plain = podsOf(learnDispersion(pods, SLICES))
    const arms = { canary: rows(400, 0, 25), stable: rows(900, 500, 0) }
    expect(learnCappedNoise(pods, SLICES, plain, 3, { arms, plan: planOf(0) })?.dispersion).toEqual(
      cappedBy(pods, 3, 0.05),
    )
  })

  it('is one stretch without steps, or with a step that began before the rollout', () => {
    const size = (t: number): number => (t < 10 ? 25 : 400)
    for (const plan of [planOf(), planOf(0), planOf(-5)]) {
      expect(learnt(pods, size, plan)?.scale).toEqual(new Float64Array(30).fill(1))
      expect(learnt(pods, size, plan)?.dispersion).toEqual(cappedBy(pods, 3, 0.05))
    }
    expect(learnt(pods, size, planOf(-5, 10))?.scale[10]).toBeLessThan(1)
  })

  it('is not worth it where pods hardly burst, or their events are few', () => {
    expect(learnt(bursting(1))).toBeUndefined()
    expect(learnt(bursting(10, SLICES, 5))).toBeUndefined()
  })

  it('is worth it where it leaves less than .8 of the variance', () => {
    const small = bursting(10, SLICES, 100)
    const plain = podsOf(learnDispersion(small, SLICES))
    const capped = cappedBy(small, 3, 1)
    // the variance of the events counts for as much as the noise of pods
    expect(between(capped) / variance(capped)).toBeGreaterThan(0.2)
    expect(between(capped) / variance(capped)).toBeLessThan(0.8)
    // pods that differ exactly so much that the cap leaves this part of the variance
    const noisy = (left: number): PodDispersion => {
      const factor = (variance(capped) / left - (variance(plain) - between(plain))) / between(plain)
      const [a, b, c, d, e, f, g] = plain.autocovariance.map((r) => r * factor)
      return { ...plain, autocovariance: [a ?? 0, b ?? 0, c ?? 0, d ?? 0, e ?? 0, f ?? 0, g ?? 0] }
    }
    const rollout = {
      arms: sized(
        () => 100,
        () => 100,
      ),
      plan: planOf(0),
    }
    const learn = (left: number) => learnCappedNoise(small, SLICES, noisy(left), 3, rollout)
    expect(variance(noisy(0.8))).toBeCloseTo(variance(capped) / 0.8, 12)
    expect(learn(0.801)).toBeUndefined()
    expect(learn(0.799)?.dispersion).toEqual(capped)
  })

  it('keeps the scale where the cap leaves nothing between pods to compare with', () => {
    // equal pods with one burst each: with a cap at three times the usual count they differ less than by chance
    const even = Array.from({ length: 6 }, (_, j) =>
      podRow(
        Array.from({ length: SLICES }, (_slice, t) => (t === 20 * j ? 300 : 10)),
        Array<number>(SLICES).fill(500),
      ),
    )
    expect(between(cappedBy(even, 3, 1))).toBe(0)
    expect(between(cappedBy(even, 3, 0.05))).toBeGreaterThan(0)
    const noise = learnt(even, (t) => (t < 10 ? 500 : 25), planOf(0, 10))
    expect(noise?.dispersion).toEqual(cappedBy(even, 3, 1))
    expect(noise?.scale).toEqual(new Float64Array(30).fill(1))
  })

  it('reads neither arms known as a whole nor slices after the history', () => {
    const whole = { ...podRow(Array(SLICES).fill(9), Array(SLICES).fill(900)), aggregate: true }
    const plain = podsOf(learnDispersion(pods, SLICES))
    const rollout = { arms: sized(() => 500), plan: planOf(0) }
    const noise = learnCappedNoise([...pods, whole], SLICES, plain, 3, rollout)
    expect(noise?.dispersion).toEqual(cappedBy(pods, 3, 1))
    const long = bursting(10, SLICES + 30).map((pod) =>
      podRow([...pod.events], [...pod.requests].fill(1, SLICES)),
    )
    const cut = long.map((pod) =>
      podRow([...pod.events.subarray(0, SLICES)], [...pod.requests.subarray(0, SLICES)]),
    )
    const [one, other] = [long, cut].map((own) => learnCappedNoise(own, SLICES, plain, 3, rollout))
    expect(one).toEqual(other)
  })

  it('is undefined where pods alone have too little history', () => {
    const plain = podsOf(learnDispersion(pods, SLICES))
    const rollout = { arms: sized(() => 500), plan: planOf(0) }
    expect(learnCappedNoise(pods.slice(0, 3), SLICES, plain, 3, rollout)).toBeUndefined()
    expect(learnCappedNoise(pods, 59, plain, 3, rollout)).toBeUndefined()
  })
})
