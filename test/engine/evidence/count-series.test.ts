import { describe, expect, it } from 'vitest'
import { learnDispersion } from '../../../src/engine/noise/dispersion.ts'
import { errorCounts, type PodCounts } from '../../../src/engine/counts/pod-counts.ts'
import { rolloutPlan } from '../../../src/engine/model/rollout-plan.ts'
import { sliceArms } from '../../../src/engine/counts/slices.ts'
import { makeCountSeries, type CountSeriesInput } from '../../../src/engine/evidence/count-series.ts'
import { armOf } from '../made/arm-slices.ts'
import { handMade } from '../made/recordings.ts'

const history = 70
const slices = 80
/** Five stable pods that differ in health, and a canary pod with four times as many errors. */
const recording = handMade({
  history,
  slices,
  stablePods: 5,
  cell: (arm, pod, k) => [arm === 'canary' ? 40 : 2 * pod + ((k * (pod + 3)) % 5), 400],
})
const data = recording.metrics['errors']
if (data?.kind !== 'errors') throw new Error('expected errors')
const pods: readonly PodCounts[] = errorCounts(data, recording.pods).pods
const stable = pods.filter(({ arm }) => arm === 'stable')
const window = { start: history, plan: rolloutPlan(recording, slices - history), warmup: 3 }
const input: CountSeriesInput = { pods, window, tau: 0.05, lessIsWorse: false }

describe('makeStream', () => {
  it('cuts both arms out of the rollout, and they face each other as they are where more is worse', () => {
    const { arms, facing } = makeCountSeries(input)
    expect(arms).toEqual(sliceArms(pods, window))
    expect(facing).toBe(arms)
  })

  it('makes them change sides where less is worse', () => {
    const { arms, facing } = makeCountSeries({ ...input, lessIsWorse: true })
    expect(arms).toEqual(sliceArms(pods, window))
    expect(facing).toEqual({ canary: arms.stable, stable: arms.canary })
  })

  it('learns its noise from the history of stable pods alone', () => {
    const { dispersion } = makeCountSeries(input)
    expect(dispersion).toEqual(learnDispersion(stable, history))
    expect(dispersion).toMatchObject({ kind: 'pods', pods: 5 })
    const wild = pods.map((pod) =>
      pod.arm === 'canary' ? { ...pod, events: pod.events.map(() => 400) } : pod,
    )
    expect(makeCountSeries({ ...input, pods: wild }).dispersion).toEqual(dispersion)
  })

  it('takes arms that leave bursts out, and what was learned of them, as they are given', () => {
    const arm = armOf([1, 1], [100, 100])
    const arms = { canary: arm, stable: arm }
    const dispersion = learnDispersion([], 0)
    const stream = makeCountSeries({ ...input, arms, dispersion })
    expect(stream.arms).toBe(arms)
    expect(stream.dispersion).toBe(dispersion)
  })

  it('widens what pods add to the noise by the square of the scale, and nothing else', () => {
    const phiOf = (scale?: number, tau = 0): number =>
      makeCountSeries({
        ...input,
        tau,
        ...(scale === undefined ? {} : { scale: Float64Array.from({ length: 10 }, () => scale) }),
      }).noise.phi(1, 0, 9)
    const once = phiOf()
    expect(once).toBeGreaterThan(1.1)
    expect(phiOf(1)).toBe(once)
    expect(phiOf(3) - 1).toBeCloseTo(9 * (once - 1), 9)
    expect(phiOf(3, 0.05) - phiOf(3)).toBeCloseTo(phiOf(1, 0.05) - phiOf(1), 9)
  })

  it('adds for a lasting difference tau² times the information gathered', () => {
    const { arms, noise } = makeCountSeries({ ...input, tau: 0.1 })
    // X π (1 − π) with 400 of the canary beside 2000 of stable: π is 1/6; the canary is warm from its fourth slice on
    const gathered = [3, 4, 5].reduce(
      (sum, t) => sum + (40 + (arms.stable.events[t] ?? 0)) * (1 / 6) * (5 / 6),
      0,
    )
    const bare = makeCountSeries({ ...input, tau: 0 }).noise
    expect(noise.phi(1, 0, 5) - bare.phi(1, 0, 5)).toBeCloseTo(0.01 * gathered, 9)
  })

  it('begins anew with every restart of the plan', () => {
    const starting = (t: number): CountSeriesInput => ({
      ...input,
      window: {
        ...window,
        plan: {
          ...window.plan,
          restarts: [
            { from: 0, weight: 0.7 },
            { from: t, weight: 0.3 },
          ],
        },
      },
    })
    const whole = makeCountSeries(starting(0)).noise
    const late = makeCountSeries(starting(6)).noise
    expect(whole.phi(1, 1, 9)).toBe(whole.phi(1, 0, 9))
    expect(late.phi(1, 1, 9)).toBeLessThan(late.phi(1, 0, 9))
    expect(late.phi(1, 1, 5)).toBe(1)
  })

  it('knows the share of the other arm where less is worse', () => {
    // for conversion: beyond 30 events the variance of a count is 1 − p times that of Poisson
    const many = pods.map((pod) => ({ ...pod, events: pod.requests.map((n) => n / 2) }))
    const floorAt = (lessIsWorse: boolean, theta: number): number =>
      makeCountSeries({ ...input, pods: many, lessIsWorse }).noise.floors(
        new Float64Array(10).fill(theta),
      )[9] ?? 0
    expect(floorAt(false, 1)).toBeCloseTo(0.5, 5)
    expect(floorAt(true, 1)).toBeCloseTo(0.5, 5)
    // harm of θ = 1.25: more errors take p from .5 to .625 in the canary, less conversion from .5 to .4
    // [nₛ(1 − θp) + n_c θ(1 − p)] / [nₛ + n_c θ]
    expect(floorAt(false, 1.25)).toBeCloseTo((2000 * 0.375 + 500 * 0.5) / 2500, 5)
    expect(floorAt(true, 1.25)).toBeCloseTo((400 * 0.5 + 2500 * 0.6) / 2900, 5)
  })
})
