import { describe, expect, it } from 'vitest'
import type { Decided } from '../../../src/engine/decision/decide.ts'
import type { AppliedRule } from '../../../src/engine/decision/rules/policy-at-gate.ts'
import type { SourceProblem } from '../../../src/engine/model/recording.ts'
import type { Reason, Verdict } from '../../../src/engine/model/verdict.ts'
import { codes, enforced, explained, failed, passed, some, step, withRules } from './explained.ts'
import { policyOf } from '../made/recordings.ts'

describe('explain of what is undecided', () => {
  const wait = 'errors and p95 need 5 to 13 more minutes at this traffic'
  const waiting = {
    errors: { ...some.errors, minutesToPass: 8.3 },
    p95: { ...some.p95, minutesToPass: 3.1 },
  }
  const open = (look: Partial<Decided>, policy = enforced): Verdict =>
    explained({ step, ...look }, { metrics: waiting }, policy)
  const needs: readonly Reason[] = [
    {
      code: 'needs-more-data',
      metric: 'errors',
      text: "errors needs 5 to 13 more minutes at this traffic, so far 0.8 to 1.2 times stable's",
    },
    {
      code: 'needs-more-data',
      metric: 'p95',
      text: 'p95 needs 2 to 5 more minutes at this traffic, so far -10% to +4%',
    },
  ]
  const ruled = (
    rule: AppliedRule['rule'],
    outcome: AppliedRule['outcome'],
    held = false,
  ): Partial<Decided> => ({
    rule: { rule, outcome, held },
    verdict: outcome,
  })

  it('says what is missing', () => {
    const verdict = open({})
    expect(verdict.summary).toBe(`inconclusive: ${wait}`)
    expect(verdict.reasons).toEqual(needs)
    expect(verdict.metrics.map(({ neededMinutes }) => neededMinutes)).toEqual([9, 4, undefined])
  })

  it('does not ask what is wanting of a look that is decided', () => {
    expect(codes(explained(passed, { metrics: waiting }))).toEqual(['within-margin'])
  })

  it.each([
    [
      'onInconclusive',
      'fail',
      'fail: undecided at the end of the step and onInconclusive says fail',
      'gate-policy',
      'onInconclusive answers fail',
    ],
    [
      'onNoData',
      'pass',
      'pass: undecided at the end of the step and onNoData says proceed',
      'gate-policy',
      'onNoData answers pass',
    ],
    [
      'onSourceDown',
      'fail',
      'fail: undecided at the end of the step and onSourceDown says fail',
      'gate-policy',
      'onSourceDown answers fail',
    ],
    [
      'hold',
      'pass',
      'pass: the hold ran out and hold.then says proceed',
      'hold-expired',
      'the hold ran out, and hold.then answers pass',
    ],
    [
      'hold',
      'fail',
      'fail: the hold ran out and hold.then says fail',
      'hold-expired',
      'the hold ran out, and hold.then answers fail',
    ],
  ] as const)('names the rule %s that answers %s', (rule, outcome, summary, code, text) => {
    const verdict = open(ruled(rule, outcome))
    expect(verdict.summary).toBe(`${summary}: ${wait}`)
    expect(verdict.reasons).toEqual([...needs, { code, text }])
  })

  it('says how long a step is held', () => {
    const verdict = open(
      ruled('onNoData', 'inconclusive', true),
      withRules({ hold: { for: '45m', then: 'ask' } }),
    )
    expect(verdict.summary).toBe(`inconclusive: ${wait}`)
    expect(verdict.reasons.slice(2)).toEqual([
      { code: 'held', text: 'onNoData holds the step for up to 45 minutes after its end' },
    ])
  })

  it('goes on asking when a hold has run out without an answer', () => {
    const verdict = open(ruled('hold', 'inconclusive'))
    expect(verdict.summary).toBe(`inconclusive: ${wait}`)
    expect(verdict.reasons.slice(2)).toEqual([
      { code: 'hold-expired', text: 'the hold ran out, and hold.then answers inconclusive' },
    ])
  })

  it('observes, and says what it would answer', () => {
    const observing = withRules({ mode: 'observe' })
    const verdict = open({ verdict: 'pass' }, observing)
    expect(verdict.summary).toBe(`pass: ${wait}`)
    expect(verdict.reasons.slice(2)).toEqual([
      {
        code: 'mode-observe',
        text: 'mode observe answers pass from the planned end of the step, judged inconclusive',
      },
    ])
    expect(codes(explained(passed, {}, observing))).toEqual(['within-margin'])
    const early = explained({ ...passed, verdict: 'inconclusive' }, {}, observing)
    expect(early.summary).toMatch(/^inconclusive: observing only, judged pass: /)
    expect(codes(early)).toEqual(['within-margin', 'mode-observe'])
  })

  it('does not speak of a mode or an approval that changed nothing', () => {
    expect(codes(open({}, withRules({ mode: 'pause', approval: 'manual' })))).toEqual([
      'needs-more-data',
      'needs-more-data',
    ])
    expect(codes(explained(passed, {}, withRules({ mode: 'pause' })))).toEqual(['within-margin'])
    expect(codes(explained(failed, {}, withRules({ approval: 'manual' })))).toEqual(['worse-at-gate'])
  })

  it('names metrics without data last, and remarks after all reasons', () => {
    const [, p95] = enforced.metrics
    if (p95 === undefined) throw new Error('expected p95')
    const reason: Reason = { code: 'source-down', metric: 'p95', text: 'Prometheus is down' }
    const problem: SourceProblem = { code: 'gap', text: 'no samples for 3 minutes' }
    const verdict = explained({ step }, { obstacles: [{ metric: p95, reason }], problems: [problem] })
    expect(verdict.summary).toBe('inconclusive: Prometheus is down')
    expect(codes(verdict)).toEqual(['source-down', 'needs-more-data', 'gap'])
    expect(verdict.metrics.map(({ name }) => name)).toEqual(['errors', 'cpu', 'p95'])
  })

  it('says once what is both why a metric is undecided and what the source saw', () => {
    const [, p95] = enforced.metrics
    if (p95 === undefined) throw new Error('expected p95')
    const down: SourceProblem = { code: 'source-down', text: 'Prometheus is down' }
    const other: SourceProblem = { code: 'source-down', text: 'Mimir is down' }
    const late: SourceProblem = { code: 'late-samples', text: 'Mimir is down' }
    const reason: Reason = { ...down, metric: 'p95' }
    const { reasons } = explained(
      { step },
      { metrics: {}, obstacles: [{ metric: p95, reason }], problems: [down, other, late] },
    )
    expect(reasons.filter(({ code }) => code !== 'needs-more-data')).toEqual([reason, other, late])
  })

  it('numbers steps and gates as the recording does', () => {
    const second = { index: 1, from: 4, ends: 9, weight: 50, next: 100 }
    expect(open({ step: second, atGate: true }).step).toEqual({
      index: 1,
      weight: 50,
      next: 100,
      slice: 64,
      ends: 69,
      atGate: true,
      passed: false,
    })
  })

  it('keeps the summary on one short line, without what a JSON writer would escape', () => {
    const metrics = Array.from({ length: 9 }, (_, i) => ({
      name: `a-rather-long-name-of-a-metric-${i}`,
      kind: 'errors',
    }))
    const wanting = Object.fromEntries(metrics.map(({ name }) => [name, { minutesToPass: 9 }]))
    const { summary } = explained({ step }, { metrics: wanting }, policyOf(metrics))
    expect(summary).toHaveLength(199)
    expect(summary).toMatch(/^inconclusive: a-rather-long-name-of-a-metric-0, .*[.]{3}$/)
  })
})
