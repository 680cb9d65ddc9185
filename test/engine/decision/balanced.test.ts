import { describe, expect, it } from 'vitest'
import { analyze } from '../../../src/engine/analyze.ts'
import { decidePath } from '../../../src/engine/decision/decide-path.ts'
import { gatherEvidence } from '../../../src/engine/decision/gather.ts'
import type { Policy } from '../../../src/engine/model/policy.ts'
import type { Recording } from '../../../src/engine/model/recording.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { policyOf } from '../made/recordings.ts'

const metrics = [
  { name: 'errors', kind: 'errors' },
  { name: 'p95', kind: 'latency' },
  { name: 'sales', kind: 'conversion' },
]
const names = { errors: 'errors', latency: 'p95', conversion: 'sales' } as const
const by = (pass: string, other: object = {}): Policy => policyOf(metrics, { pass, ...other })

function rollout(rps: number, other: object = {}): Recording {
  return simulateRollout({ seed: 7, traffic: { rps, podSd: 0 }, metrics: names, ...other })
}

/** The looks at which a step passed, and why. */
function passes(recording: Recording, policy: Policy): readonly string[] {
  const path = decidePath(gatherEvidence(recording, policy, recording.slices - 1))
  return path.flatMap(({ t, passedAt, passedBy }) => (passedAt === t ? [`${t + 1} ${passedBy}`] : []))
}

describe('pass: balanced', () => {
  it('passes a healthy canary at the end of each step, and not before, at any traffic', () => {
    for (const rps of [0.2, 1, 5, 50]) {
      expect(passes(rollout(rps), by('balanced')).map((text) => text.split(' ')[0])).toEqual([
        '10',
        '20',
        '30',
      ])
    }
  })

  it('passes without having shown anything where there is little traffic, and says what is not ruled out', () => {
    expect(passes(rollout(1), by('balanced'))).toEqual(['10 no-sign', '20 no-sign', '30 no-sign'])
    const { summary, reasons } = analyze(rollout(1), by('balanced'), 129)
    expect(summary).toMatch(
      /^pass: no sign of harm in [\d,]+ canary requests; not ruled out: errors up to [\d.]+(%| times), p95 up to \d+% slower, sales up to \d+% lower$/,
    )
    expect(reasons[0]?.code).toBe('no-sign-of-harm')
  })

  it('does not pass a canary that shows a sign of harm, and says the odds', () => {
    const bad = rollout(1, { effect: { errors: 6, latency: 1.15 } })
    const found = Array.from({ length: 30 }, (_, k) =>
      analyze(bad, by('balanced', { falseAbort: 1e-9 }), 120 + k),
    )
    const sign = found.find(({ reasons }) => reasons[0]?.code === 'sign-of-harm')
    expect(sign?.summary).toMatch(/^inconclusive: a sign of harm, odds [\d.,a-z ]+ to 1: (errors|p95) /)
    expect(found.at(-1)?.judged).toBe('inconclusive')
  })

  it('waits for the end of the step and says so, also where the margins are shown', () => {
    expect(analyze(rollout(1), by('balanced'), 126).summary).toMatch(
      /^inconclusive: no sign of harm so far in \d+ canary requests, the step ends in 3 minutes$/,
    )
    expect(passes(rollout(500), by('fast'))[0]).toMatch(/^[4-9] shown$/)
    expect(passes(rollout(500), by('balanced'))).toEqual(['10 shown', '20 shown', '30 shown'])
    expect(analyze(rollout(500), by('balanced'), 127).summary).toMatch(
      /^inconclusive: within its margins so far/,
    )
  })

  it('passes nothing that the budget does not allow, unless twice the usual number of bad outcomes is more', () => {
    const policy = by('balanced', { budget: { slo: '99.99%', of: '0.1%' } })
    expect(passes(rollout(1), policy)).toEqual([])
    const { reasons, summary } = analyze(rollout(1), policy, 129)
    expect(reasons[0]?.code).toBe('over-budget')
    expect(summary).toMatch(
      /^inconclusive: errors: the next step could still bring \d+ bad outcomes more than stable, the budget is \d+$/,
    )
    expect(passes(rollout(500), by('balanced', { budget: 0 }))).toHaveLength(3)
  })

  it('takes the stricter of a number and a share of an error budget', () => {
    const loose = { outcomes: 1e9, slo: '50%', of: '100%' }
    expect(passes(rollout(1), by('balanced', { budget: loose }))).toHaveLength(3)
    expect(passes(rollout(1), by('balanced', { budget: { ...loose, of: '0.00000001%' } }))).toEqual([])
  })

  it('passes where pods are few, history is short, or pods are hidden', () => {
    for (const other of [
      { stablePods: 1 },
      { stablePods: 3, history: 10 },
      { podLabels: false, history: 10 },
      { history: 0 },
    ]) {
      const end = (other.history ?? 120) + 9
      const recording = rollout(10, other)
      expect([other, analyze(recording, by('balanced'), end).judged]).toEqual([other, 'pass'])
    }
  })

  it('never passes a canary without requests where it should have had some', () => {
    const recording = rollout(50)
    const isCanary = recording.pods.map(({ arm }) => arm === 'canary')
    const silence = (rows: readonly (readonly (number | null)[] | null)[]) =>
      rows.map((row, j) => (isCanary[j] === true ? (row?.map((n) => (n === null ? null : 0)) ?? null) : row))
    const { errors } = recording.metrics
    if (errors?.kind !== 'errors') throw new Error('expected errors')
    const silent = {
      ...recording,
      metrics: { errors: { ...errors, bad: silence(errors.bad), total: silence(errors.total) } },
    }
    const policy = policyOf([{ name: 'errors', kind: 'errors' }], { pass: 'balanced' })
    expect(passes(silent, policy)).toEqual([])
  })
})
