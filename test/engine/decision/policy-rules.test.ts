import { describe, expect, it } from 'vitest'
import { analyze } from '../../../src/engine/analyze.ts'
import type { Policy } from '../../../src/engine/model/policy.ts'
import type { Arm, Recording, Sample } from '../../../src/engine/model/recording.ts'
import { outcomesBySlice } from '../../../src/engine/outcomes-by-slice.ts'
import { handMade, policyOf } from '../made/recordings.ts'

const metrics = [{ name: 'errors', kind: 'errors', tolerance: 1 }]
const steps = [
  { slice: 120, ends: 130, weight: 25, next: 50 },
  { slice: 140, ends: 150, weight: 50 },
]
const good = handMade({ steps, canaryPods: 4, cell: () => [4, 4000] })
const bad = handMade({ steps, canaryPods: 4, cell: (arm) => [arm === 'canary' ? 40 : 4, 4000] })
const thin = handMade({ steps, cell: () => [0, 2] })
const silent = handMade({
  steps,
  cell: (arm: Arm) => (arm === 'canary' ? ([null, null] as const) : ([1, 200] as const)),
})

const answers = (recording: Recording, policy: Policy, at: number): string => {
  const { judged, verdict } = analyze(recording, policy, at)
  return `${judged} → ${verdict}`
}
const withRules = (other: object): Policy => policyOf(metrics, other)

describe('analyze and the policy', () => {
  it('passes a good canary, fails a bad one, and waits for a thin one', () => {
    const policy = withRules({})
    expect([good, bad, thin].map((recording) => analyze(recording, policy, 129).verdict)).toEqual([
      'pass',
      'fail',
      'inconclusive',
    ])
  })

  it.each([
    ['hold', 'inconclusive → inconclusive'],
    ['proceed', 'inconclusive → pass'],
    ['fail', 'inconclusive → fail'],
  ])('onInconclusive: %s answers %s at the gate and not before', (onInconclusive, expected) => {
    const policy = withRules({ onInconclusive })
    expect(answers(thin, policy, 128)).toBe('inconclusive → inconclusive')
    expect(answers(thin, policy, 129)).toBe(expected)
  })

  it.each([
    ['hold', 'inconclusive → inconclusive'],
    ['proceed', 'inconclusive → pass'],
    ['fail', 'inconclusive → fail'],
  ])('onNoData: %s answers %s at the gate and not before', (onNoData, expected) => {
    const policy = withRules({ onNoData })
    expect(answers(silent, policy, 128)).toBe('inconclusive → inconclusive')
    expect(answers(silent, policy, 129)).toBe(expected)
    expect(answers(thin, policy, 129)).toBe('inconclusive → inconclusive')
  })

  it('onNoData answers for a canary whose pods run and show their memory, but get no traffic', () => {
    const value = silent.pods.map(({ arm }) =>
      Array.from({ length: silent.slices }, (_, k) => (arm === 'canary' && k < 120 ? null : 1e6)),
    )
    const idle = { ...silent, metrics: { ...silent.metrics, memory: { kind: 'gauge', value } as const } }
    const memory = { name: 'memory', kind: 'gauge' }
    const policy = policyOf([...metrics, memory], { onNoData: 'fail' })
    expect(answers(idle, policy, 128)).toBe('inconclusive → inconclusive')
    expect(answers(idle, policy, 129)).toBe('inconclusive → fail')
  })

  it('a policy of gauges alone takes their samples for its data', () => {
    const value = silent.pods.map(({ arm }) =>
      Array.from({ length: silent.slices }, (_, k) => (arm === 'canary' && k < 120 ? null : 1e6)),
    )
    const idle: Recording = { ...silent, metrics: { memory: { kind: 'gauge', value } } }
    const policy = policyOf([{ name: 'memory', kind: 'gauge', required: true }], { onNoData: 'fail' })
    expect(answers(idle, policy, 129)).not.toBe('inconclusive → fail')
  })

  it('onSourceDown answers where the source is why there is nothing', () => {
    const down: Recording = {
      ...silent,
      metrics: {},
      problems: [{ code: 'source-down', text: 'Prometheus is down' }],
    }
    const policy = withRules({ onSourceDown: 'proceed', onNoData: 'fail', onInconclusive: 'fail' })
    expect(answers(down, policy, 128)).toBe('inconclusive → inconclusive')
    expect(answers(down, policy, 129)).toBe('inconclusive → pass')
  })

  it.each([
    ['ask', 'inconclusive → inconclusive'],
    ['proceed', 'inconclusive → pass'],
    ['fail', 'inconclusive → fail'],
  ])('a hold that runs out does what hold.then says: %s', (then, expected) => {
    const policy = withRules({ hold: { for: '5m', then } })
    expect(answers(thin, policy, 133)).toBe('inconclusive → inconclusive')
    expect(answers(thin, policy, 134)).toBe(expected)
  })

  it('keeps a fail of the policy for good', () => {
    const policy = withRules({ onInconclusive: 'fail' })
    const { looks, firstFail } = outcomesBySlice(thin, policy)
    expect(firstFail).toBe(129)
    expect(new Set(looks.slice(9).map(({ verdict }) => verdict))).toEqual(new Set(['fail']))
  })

  it('says in the summary which rule answered', () => {
    expect(analyze(thin, withRules({ onInconclusive: 'fail' }), 129).summary).toMatch(
      /^fail: undecided at the end of the step and onInconclusive says fail: errors needs? /,
    )
    expect(analyze(thin, withRules({ hold: { for: '5m', then: 'proceed' } }), 134).summary).toMatch(
      /^pass: the hold ran out and hold\.then says proceed: /,
    )
  })

  it('mode pause answers inconclusive instead of fail and says so', () => {
    const verdict = analyze(bad, withRules({ mode: 'pause' }), 129)
    expect([verdict.judged, verdict.verdict]).toEqual(['fail', 'inconclusive'])
    expect(verdict.summary).toMatch(/^inconclusive: pausing instead of failing: at \d\d:\d\d errors 1% of /)
    expect(verdict.reasons.map(({ code }) => code)).toContain('mode-pause')
  })

  it('mode observe answers pass at the end of a step and keeps the truth in judged', () => {
    const verdict = analyze(bad, withRules({ mode: 'observe' }), 129)
    expect([verdict.judged, verdict.verdict]).toEqual(['fail', 'pass'])
    expect(verdict.summary).toMatch(/^pass: observing only, judged fail: at \d\d:\d\d errors /)
  })

  it('approval manual keeps a pass for a person', () => {
    const verdict = analyze(good, withRules({ approval: 'manual' }), 129)
    expect([verdict.judged, verdict.verdict]).toEqual(['pass', 'inconclusive'])
    expect(verdict.summary).toMatch(/^inconclusive: passes and waits for approval: /)
    expect(analyze(good, withRules({ approval: 'hybrid' }), 129).verdict).toBe('pass')
  })

  it('a step passes only after its soak', () => {
    const soakOf = (soak: string): number | undefined =>
      outcomesBySlice(good, withRules({ soak, warmup: '0s' })).passedSteps[0]?.slice
    expect(soakOf('1m')).toBeLessThan(128)
    expect(soakOf('9m')).toBe(128)
    expect(analyze(good, withRules({ soak: '9m', warmup: '0s' }), 126).summary).toBe(
      'inconclusive: the step soaks for 2 more minutes of traffic past the warm-up',
    )
  })

  it('a pass stays for its step and is asked again in the next', () => {
    const cell = (_arm: Arm, _pod: number, k: number): readonly [Sample, Sample] =>
      k < 140 ? [4, 4000] : [null, null]
    const { looks, passedSteps } = outcomesBySlice(
      handMade({ steps, canaryPods: 4, cell }),
      withRules({ warmup: '1m' }),
    )
    expect(passedSteps).toHaveLength(1)
    const passed = passedSteps[0]?.slice ?? 0
    expect(
      looks.filter(({ at }) => at >= passed && at < 140).every(({ verdict }) => verdict === 'pass'),
    ).toBe(true)
    expect(looks.find(({ at }) => at === 141)?.verdict).toBe('inconclusive')
  })

  it('a margin in proportion to the blast radius passes a small step that a fixed one does not', () => {
    const cell = (arm: Arm): [number, number] => [arm === 'canary' ? 5 : 4, 800]
    const recording = handMade({ steps, canaryPods: 2, cell })
    expect(analyze(recording, withRules({}), 129).metrics[0]?.margin).toBe(2)
    expect(analyze(recording, withRules({ riskProportional: false }), 129).metrics[0]?.margin).toBe(1.5)
    expect(analyze(recording, withRules({ riskProportional: true }), 145).metrics[0]?.margin).toBe(1.5)
  })

  it('an absolute margin passes where both arms have next to no errors', () => {
    const cell = (): [number, number] => [0, 4000]
    const recording = handMade({ steps, canaryPods: 4, cell })
    const verdict = analyze(recording, withRules({}), 129)
    expect(verdict.judged).toBe('pass')
    expect(verdict.summary).toBe('pass: no errors in 48,000 requests')
  })

  it('a watched metric is shown and never decides', () => {
    const policy = policyOf([
      { name: 'errors', kind: 'errors', tolerance: 1, watch: true },
      { name: 'cpu', kind: 'gauge' },
    ])
    const verdict = analyze(bad, policy, 145)
    expect(verdict.judged).not.toBe('fail')
    expect(verdict.metrics[0]?.evidence).toBeGreaterThan(1e6)
  })

  it('a limit fails a canary that stable would excuse only if stable is better', () => {
    const policy = policyOf([{ name: 'errors', kind: 'errors', tolerance: 3, margin: 4, limit: '1%' }])
    const over = (stable: number): Recording =>
      handMade({ steps, canaryPods: 4, cell: (arm) => [arm === 'canary' ? 12 : stable, 400] })
    const alone = analyze(over(5), policy, 149)
    expect(alone.judged).toBe('fail')
    expect(alone.reasons[0]).toMatchObject({ code: 'over-limit', metric: 'errors' })
    expect(alone.summary).toMatch(/^fail: at \d\d:\d\d errors over the limit of 1%: 3% of /)
    expect(analyze(over(12), policy, 149).judged).not.toBe('fail')
  })

  it('gives the minute of an earlier fail and keeps its numbers', () => {
    const cell = (arm: Arm, _pod: number, k: number): [number, number] => [
      arm === 'canary' && k < 130 ? 40 : 4,
      4000,
    ]
    const recording = handMade({ steps, canaryPods: 4, cell })
    const early = analyze(recording, withRules({}), 126)
    const late = analyze(recording, withRules({}), 149)
    expect(early.judged).toBe('fail')
    const then = analyze(recording, withRules({}), late.firstFail ?? 0).summary
    // the summary is that of the first fail; the other numbers of the verdict are later ones
    expect(late.summary.replace(/ at \d\d:\d\d/, '')).toBe(then)
    expect(late.summary).toMatch(/^fail: at \d\d:\d\d errors /)
    expect(late.reasons.map(({ code }) => code)).toContain('failed-before')
  })

  it('gives errors, latency and conversion their own words', () => {
    expect(analyze(bad, withRules({}), 129).summary).toMatch(
      /^fail: at \d\d:\d\d errors 1% of [\d,]+ canary requests vs 0\.1% of [\d,]+ stable, at least [\d.]+ times worse$/,
    )
  })
})
