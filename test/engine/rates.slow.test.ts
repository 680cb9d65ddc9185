import { describe, expect, it } from 'vitest'
import { confidenceSequence } from '../../src/engine/evidence/confidence-sequence.ts'
import { minutesNeeded } from '../../src/engine/evidence/planning.ts'
import type { ArmSlices } from '../../src/engine/counts/slices.ts'
import { outcomesBySlice } from '../../src/engine/outcomes-by-slice.ts'
import { noises } from '../../src/simulate/noise.ts'
import { createRandom, split } from '../../src/simulate/random.ts'
import { samplePoisson } from '../../src/simulate/sample-poisson.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { policyOf, strict, strictNames } from './made/recordings.ts'

const ROLLOUTS = 100

function failing(other: object): number {
  let fails = 0
  for (let i = 0; i < ROLLOUTS; i++) {
    const recording = simulateRollout({ seed: `rates-${i}`, metrics: strictNames, ...other })
    if (outcomesBySlice(recording, strict).firstFail !== undefined) fails++
  }
  return fails / ROLLOUTS
}

// .05 and three standard errors at this number of rollouts
const ALLOWED = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / ROLLOUTS)

const onePod = [5, 25, 50].map((weight) => ({ weight, minutes: 10, pods: 1 }))

describe('false aborts over thirty looks and all metrics', () => {
  it.each([
    ['quiet', {}],
    ['bursty', { noise: noises.bursty }],
    ['failures that come five at a time', { noise: noises.clumped }],
    ['failures that come ten at a time', { noise: { ...noises.quiet, clump: 10 } }],
    ['cold start', { noise: noises['cold-start'] }],
    ['uneven pods', { traffic: { rps: 50, podSd: 0.8 } }],
    [
      'another plan',
      {
        plan: [
          { weight: 10, minutes: 15, pods: 3 },
          { weight: 40, minutes: 15, pods: 6 },
        ],
      },
    ],
    ['few pods', { stablePods: 3 }],
    ['one pod against one', { stablePods: 1, plan: onePod }],
    ['pods not told apart', { podLabels: false }],
    ['no history', { history: 0 }],
  ])('stay within falseAbort: %s', (_name, other) => {
    expect(failing(other)).toBeLessThanOrEqual(ALLOWED)
  })
})

describe('missed regressions', () => {
  it.each([
    ['errors doubled', { effect: { errors: 2 } }],
    ['latency a quarter up', { effect: { latency: 1.25 } }],
    ['conversion a fifth down', { effect: { conversion: 0.8 } }],
    ['errors tripled amid bursts', { effect: { errors: 3 }, noise: noises.bursty }],
  ])('are rare: %s', (_name, other) => {
    expect(failing(other)).toBeGreaterThanOrEqual(0.97)
  })
})

describe('false passes', () => {
  it('are rare amid bursts for a lone canary pod at the margin of its first step', () => {
    const policy = policyOf([{ name: 'latency', kind: 'latency' }])
    const plan = [{ weight: 5, minutes: 10, pods: 1 }]
    let passed = 0
    for (let i = 0; i < ROLLOUTS; i++) {
      const lone = { seed: i, plan: [...plan, { weight: 25, minutes: 1, pods: 1 }], effect: { latency: 1.4 } }
      const { passedSteps, firstFail = Infinity } = outcomesBySlice(
        simulateRollout({ ...lone, noise: noises.bursty }),
        policy,
      )
      if (passedSteps.some(({ weight, slice }) => weight === 5 && slice < firstFail)) passed++
    }
    expect(passed / ROLLOUTS).toBeLessThanOrEqual(0.08)
  })
})

describe('confidenceSequence', () => {
  it('covers the truth at every one of thirty looks at once in at least 95 % of rollouts', () => {
    const random = createRandom('coverage')
    let missed = 0
    for (let i = 0; i < 200; i++) {
      const own = split(random, i)
      const draw = (mean: number): Float64Array =>
        Float64Array.from({ length: 30 }, () => samplePoisson(own, mean))
      const arms = { canary: armOf(draw(150 * 0.02 * 1.5), 150), stable: armOf(draw(2850 * 0.02), 2850) }
      const covers = Array.from({ length: 30 }, (_, t) => confidenceSequence(arms, t, 1)).every(
        (interval) => interval === undefined || (interval.low <= 1.5 && interval.high >= 1.5),
      )
      if (!covers) missed++
    }
    expect(missed / 200).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 200))
  })

  it('is undefined without events', () => {
    const none = armOf(new Float64Array(1), 100)
    expect(confidenceSequence({ canary: none, stable: none }, 0, 1)).toBeUndefined()
  })
})

describe('minutesNeeded', () => {
  const base = { theta0: 1, gathered: 0, fixed: 1, perInformation: 0.0025 }
  // errors doubled at 50 requests a second and half a percent of errors: docs/statistics.md
  it.each([
    [5, 38],
    [25, 10],
    [50, 8],
  ])('plans errors doubled at weight %d within a quarter of the published %d minutes', (weight, minutes) => {
    const share = weight / 100
    const needed = minutesNeeded({
      ...base,
      share,
      theta: 2,
      eventsPerMinute: 60 * 50 * 0.005 * (share * 2 + 1 - share),
      wanting: Math.log(2 / 0.05) - Math.log(0.33) + 1.4,
    })
    expect(needed).toBeGreaterThan(minutes * 0.75)
    expect(needed).toBeLessThan(minutes * 1.25)
  })

  it('is 0 when nothing is wanting, Infinity when noise will never allow it, undefined without events', () => {
    const input = { ...base, share: 0.05, theta: 1.1, eventsPerMinute: 10, wanting: 5 }
    expect(minutesNeeded({ ...input, wanting: 0 })).toBe(0)
    expect(minutesNeeded({ ...input, perInformation: 0.05 })).toBe(Infinity)
    expect(minutesNeeded({ ...input, eventsPerMinute: 0 })).toBeUndefined()
    expect(minutesNeeded({ ...input, share: 0 })).toBeUndefined()
  })

  it('agrees with simulated rollouts within a quarter', () => {
    const policy = policyOf([{ name: 'errors', kind: 'errors', tolerance: 1 }])
    const minutes: number[] = []
    for (let i = 0; i < 60; i++) {
      const recording = simulateRollout({
        seed: `plan-${i}`,
        effect: { errors: 2 },
        metrics: { errors: 'errors' },
        noise: noises.none,
        plan: [{ weight: 25, minutes: 60, pods: 4 }],
      })
      const { firstFail } = outcomesBySlice(recording, policy)
      minutes.push(firstFail === undefined ? Infinity : firstFail - 120 + 1)
    }
    const atPower = minutes.toSorted((a, b) => a - b)[Math.floor(0.8 * minutes.length)] ?? Infinity
    const planned = minutesNeeded({
      ...base,
      share: 0.25,
      theta: 2,
      eventsPerMinute: 60 * 50 * 0.005 * 1.25,
      wanting: Math.log(2 / 0.05) - Math.log(0.33 / 0.38) + 1.4,
    })
    // the first three minutes are the warm-up
    expect((planned ?? 0) + 3).toBeGreaterThan(atPower * 0.75)
    expect((planned ?? 0) + 3).toBeLessThan(atPower * 1.25)
  })
})

function armOf(events: Float64Array, requests: number): ArmSlices {
  const n = events.map(() => requests)
  return { events, requests: n, pods: n, shares: [], podEvents: [], podRequests: [] }
}
