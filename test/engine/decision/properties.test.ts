import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyze } from '../../../src/engine/analyze.ts'
import { decidePath } from '../../../src/engine/decision/decide-path.ts'
import { gatherEvidence } from '../../../src/engine/decision/gather.ts'
import type { PassRule, Policy } from '../../../src/engine/model/policy.ts'
import type { Recording } from '../../../src/engine/model/recording.ts'
import type { Outcome } from '../../../src/engine/model/verdict.ts'
import { effects } from '../../../src/simulate/effect.ts'
import { noises } from '../../../src/simulate/noise.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { policyOf } from '../made/recordings.ts'
import { continuedAlike, reversed } from './changed-recordings.ts'

const metrics = [
  { name: 'errors', kind: 'errors' },
  { name: 'p95', kind: 'latency' },
  { name: 'sales', kind: 'conversion' },
]
const names = { errors: 'errors', latency: 'p95', conversion: 'sales' } as const
const by = (pass: PassRule, other: object = {}): Policy => ({
  ...policyOf(metrics, { pass: 'balanced', ...other }),
  pass,
})
const runs = { numRuns: 15 } as const

const plan = [
  { weight: 5, minutes: 10, pods: 2 },
  { weight: 25, minutes: 10, pods: 5 },
  { weight: 50, minutes: 10, pods: 10 },
] as const

/** Steps that end a few minutes after their planned end, as when a step waits or a controller is slow. */
const anyRollout = fc
  .record({
    seed: fc.nat(),
    effect: fc.constantFrom(
      effects.none,
      effects['errors-x2'],
      effects['errors-x3'],
      effects['latency-10'],
      effects['errors-x2-late'],
      effects['conversion-20'],
    ),
    noise: fc.constantFrom(noises.quiet, noises.bursty, noises.clumped),
    rps: fc.constantFrom(0.2, 5, 50, 300),
    stablePods: fc.constantFrom(1, 3, 10),
    history: fc.constantFrom(10, 120),
    podLabels: fc.boolean(),
    begun: fc.integer({ min: 1, max: 3 }),
    over: fc.nat(4),
  })
  .map(({ rps, begun, over, ...rest }) => {
    const traffic = { rps, podSd: 0 }
    const made = simulateRollout({ ...rest, traffic, metrics: names, plan: plan.slice(0, begun) })
    const steps = made.steps?.map((step, i) => ({
      ...step,
      ends: step.ends - over,
      next: plan[i + 1]?.weight ?? 100,
    }))
    return { ...made, gates: plan.length, ...(steps && { steps }) }
  })

interface Look {
  readonly step: number
  readonly t: number
  readonly isOver: boolean
  readonly judged: Outcome
}

function looks(recording: Recording, policy: Policy): readonly Look[] {
  return decidePath(gatherEvidence(recording, policy, recording.slices - 1)).map(({ t, step, judged }) => ({
    step: step?.index ?? -1,
    t,
    isOver: step !== undefined && t >= step.ends - 1,
    judged,
  }))
}

/** The look at which each step passed. */
function passes(recording: Recording, policy: Policy): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  for (const { step, t, judged } of looks(recording, policy)) {
    if (judged === 'pass' && !found.has(step)) found.set(step, t)
  }
  return found
}

/** Whether balanced assumes more noise than strict, as it does of few or hidden pods, and so shows less. */
function assumesMoreNoise(recording: Recording, t: number): boolean {
  const at = recording.rolloutStart + t
  const [strict, balanced] = (['strict', 'balanced'] as const).map(
    (pass) => analyze(recording, by(pass), at).metrics,
  )
  return (
    balanced?.some(({ dispersion = 0 }, i) => dispersion > (strict?.[i]?.dispersion ?? Infinity)) === true
  )
}

describe('a pass, by any rollout', () => {
  it('that strict gives at the end of a step balanced gives with the same noise, and what balanced gives fast does', () => {
    fc.assert(
      fc.property(anyRollout, (recording) => {
        const [strict, balanced, fast] = (['strict', 'balanced', 'fast'] as const).map((pass) =>
          looks(recording, by(pass)),
        )
        const follows = (looked: Look, other: Look | undefined): boolean =>
          !looked.isOver || looked.judged !== 'pass' || other?.judged === 'pass' || other?.judged === 'fail'
        const lost = strict?.filter((looked, t) => !follows(looked, balanced?.[t])) ?? []
        expect(lost.filter(({ t }) => !assumesMoreNoise(recording, t))).toEqual([])
        expect(balanced?.filter((looked, t) => !follows(looked, fast?.[t]))).toEqual([])
      }),
      runs,
    )
  })

  it('comes no later with a larger budget', () => {
    fc.assert(
      fc.property(
        anyRollout,
        fc.constantFrom(0, 1, 20, 200),
        fc.constantFrom(1, 4, 50),
        (recording, n, times) => {
          const small = passes(recording, by('balanced', { budget: n }))
          const large = passes(recording, by('balanced', { budget: n * times + 1 }))
          for (const [step, t] of small) expect(large.get(step)).toBeLessThanOrEqual(t)
        },
      ),
      runs,
    )
  })

  it('stays a pass of its step, whatever comes but a fail', () => {
    fc.assert(
      fc.property(anyRollout, (recording) => {
        const path = looks(recording, by('balanced'))
        const undone = path.filter(({ judged, step }, t) => {
          const before = path[t - 1]
          return before?.judged === 'pass' && before.step === step && judged === 'inconclusive'
        })
        expect(undone).toEqual([])
      }),
      runs,
    )
  })

  it('stays a pass for as long as the canary goes on like stable', () => {
    fc.assert(
      fc.property(anyRollout, fc.constantFrom('balanced', 'fast', 'strict'), (recording, pass) => {
        const policy = by(pass)
        const last = looks(recording, policy).at(-1)
        fc.pre(last?.judged === 'pass')
        const later = looks(continuedAlike(recording, 40), policy).slice(last.t)
        expect(new Set(later.map(({ judged }) => judged))).toEqual(new Set(['pass']))
      }),
      runs,
    )
  })

  it('does not depend on the order of pods or of metrics', () => {
    fc.assert(
      fc.property(anyRollout, fc.constantFrom('balanced', 'fast', 'strict'), (recording, pass) => {
        const policy = by(pass)
        const other = { ...policy, metrics: policy.metrics.toReversed() }
        expect(passes(reversed(recording), other)).toEqual(passes(recording, policy))
      }),
      runs,
    )
  })
})
