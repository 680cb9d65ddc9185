import { describe, expect, it } from 'vitest'
import { explain } from '../../../src/engine/explanation/explain.ts'
import type { SourceProblem } from '../../../src/engine/model/recording.ts'
import type { Verdict } from '../../../src/engine/model/verdict.ts'
import { codes, enforced, explained, failed, passed, some, step, withRules } from './explained.ts'
import { arm, from, interval, madeRun } from '../made/made-run.ts'
import { policyOf } from '../made/recordings.ts'

const words = 'errors at most 1.2 times, p95 at most 4% slower'
const harm = 'errors 0.4% of 1,000 canary requests vs 0.1% of 4,000 stable, about 1 times worse'

describe('explain of a pass', () => {
  it('says what is ruled out for every required metric', () => {
    expect(explained(passed)).toMatchObject({
      judged: 'pass',
      verdict: 'pass',
      score: 100,
      summary: `pass: ${words}`,
      reasons: [{ code: 'within-margin', text: words }],
      metrics: [
        { name: 'errors', judged: 'pass' },
        { name: 'p95', judged: 'pass' },
        { name: 'cpu', judged: 'inconclusive' },
      ],
      step: { index: 0, weight: 25, next: 50, slice: 60, ends: 72, atGate: false, passed: true },
      window: { from: '2026-01-05T11:00:00.000Z', to: '2026-01-05T11:06:00.000Z', at: 65 },
    })
    expect(explained(passed)).not.toHaveProperty('firstFail')
  })

  it('gives the minute of an earlier pass, with its numbers', () => {
    const numbers = (t: number): typeof some.errors.numbers => ({
      canary: arm(t, 1000),
      stable: arm(4, 4000),
      ratio: interval(1, 0.8, 1 + t / 10),
    })
    const metrics = { ...some, errors: { ...some.errors, numbers } }
    const verdict = explained({ ...passed, passedAt: 2 }, { metrics })
    const then = 'errors at most 1.2 times, p95 at most 4% slower'
    expect(verdict.summary).toBe(`pass: ${then}`)
    expect(verdict.reasons).toEqual([
      { code: 'within-margin', text: then },
      { code: 'passed-before', text: 'the step passed at 2026-01-05T11:03:00.000Z' },
    ])
  })

  it('says so where no metric is required, or the required ones have nothing to say', () => {
    const idle = policyOf([{ name: 'cpu', kind: 'gauge' }])
    expect(explained(passed, {}, idle).summary).toBe('pass: nothing is required of the canary')
    expect(explained(passed, { metrics: {} }).summary).toBe('pass: nothing is required of the canary')
  })

  it('leaves what is not required out of the sentence', () => {
    const policy = policyOf([
      { name: 'errors', kind: 'errors' },
      { name: 'p95', kind: 'latency', required: false },
    ])
    expect(explained(passed, {}, policy).summary).toBe('pass: errors at most 1.2 times')
  })

  it('measures by the margin of the next weight, and of the last where no step is declared', () => {
    const metrics = {
      ...some,
      errors: { ...some.errors, numbers: { ...some.errors.numbers, ratio: interval(1, 0.8, 9) } },
    }
    expect(explained(passed, { metrics }).summary).toBe('pass: errors at most 2 times, p95 at most 4% slower')
    const { step: _none, ...bare } = passed
    const verdict = explained(bare, { metrics })
    expect(verdict.summary).toBe('pass: errors at most 1.5 times, p95 at most 4% slower')
    expect(verdict).not.toHaveProperty('step')
  })

  it('waits for a person where the policy wants one', () => {
    const verdict = explained({ ...passed, verdict: 'inconclusive' }, {}, withRules({ approval: 'manual' }))
    const text = `passes and waits for approval: ${words}`
    expect(verdict.summary).toBe(`inconclusive: ${text}`)
    expect(verdict.reasons).toEqual([
      { code: 'within-margin', text },
      { code: 'approval-needed', text: 'the policy wants a person to approve each step' },
    ])
  })

  it('does not wait for one where it is answered, or where a person is asked only in doubt', () => {
    expect(codes(explained(passed, {}, withRules({ approval: 'manual' })))).toEqual(['within-margin'])
    const hybrid = { ...passed, verdict: 'inconclusive' } as const
    expect(codes(explained(hybrid, {}, withRules({ approval: 'hybrid' })))).toEqual(['within-margin'])
  })
})

describe('explain of a fail', () => {
  it('says what is worse and where the first fail was', () => {
    expect(explained(failed, {}, enforced, [{}, passed, failed, {}])).toMatchObject({
      judged: 'fail',
      verdict: 'fail',
      score: 0,
      summary: `fail: ${harm}`,
      reasons: [{ code: 'worse-at-gate', metric: 'errors', text: harm }],
      metrics: [{ judged: 'fail' }, { judged: 'inconclusive' }, { judged: 'inconclusive' }],
      step: { passed: false },
      // the third look of a rollout that begins in slice 60
      firstFail: 62,
    })
    expect(explained(failed).firstFail).toBe(60)
  })

  it('pauses where the policy says so', () => {
    const verdict = explained({ ...failed, verdict: 'inconclusive' }, {}, withRules({ mode: 'pause' }))
    expect(verdict.summary).toBe(`inconclusive: pausing instead of failing: ${harm}`)
    expect(verdict.reasons.slice(1)).toEqual([
      { code: 'mode-pause', text: 'mode pause answers inconclusive instead of fail' },
    ])
    expect(verdict).not.toHaveProperty('firstFail')
  })

  it('only observes where the policy says so', () => {
    for (const [outcome, when] of [
      ['inconclusive', 'until'],
      ['pass', 'from'],
    ] as const) {
      const verdict = explained({ ...failed, verdict: outcome }, {}, withRules({ mode: 'observe' }))
      expect(verdict.summary).toBe(`${outcome}: observing only, judged fail: ${harm}`)
      const text = `mode observe answers ${outcome} ${when} the planned end of the step, judged fail`
      expect(verdict.reasons.slice(1)).toEqual([{ code: 'mode-observe', text }])
    }
  })
})

describe('explain before the rollout', () => {
  const before = (at: number, mode: string, problems?: readonly SourceProblem[]): Verdict =>
    explain(
      madeRun(withRules({ mode }), { history: 60, ...(problems === undefined ? {} : { problems }) }),
      [],
      at,
    )
  const text = 'the rollout has not begun in this recording'

  it('says that it has not begun', () => {
    expect(before(40, 'enforce')).toStrictEqual({
      judged: 'inconclusive',
      verdict: 'inconclusive',
      score: 50,
      summary: `inconclusive: ${text}`,
      reasons: [{ code: 'no-canary-data', text }],
      metrics: [],
      window: { from: '2026-01-05T10:41:00.000Z', to: '2026-01-05T10:41:00.000Z', at: 40 },
    })
  })

  it('answers inconclusive in each mode', () => {
    const waiting = { verdict: 'inconclusive', summary: `inconclusive: ${text}` }
    expect(before(40, 'observe')).toMatchObject(waiting)
    expect(before(40, 'pause')).toMatchObject(waiting)
  })

  it('names a problem of the source before anything else', () => {
    const coarse: SourceProblem = { code: 'coarse-scrape', metric: 'errors', text: 'scraped every 50 s' }
    const down: SourceProblem = { code: 'source-timeout', text: 'no answer <within> 8 s' }
    expect(before(40, 'enforce', [coarse, down])).toMatchObject({
      summary: 'inconclusive: no answer within 8 s',
      reasons: [{ code: 'no-canary-data', text }, coarse, down],
    })
    expect(before(40, 'enforce', [coarse]).summary).toBe(`inconclusive: ${text}`)
  })
})

describe('the window of explain', () => {
  it.each([
    [59, '2026-01-05T11:00:00.000Z'],
    [60, '2026-01-05T11:01:00.000Z'],
  ])('at slice %s ends with it and begins with the rollout', (at, to) => {
    const run = madeRun(enforced, { history: 60 })
    expect(explain(run, [], at).window).toEqual({ from: '2026-01-05T11:00:00.000Z', to, at })
  })
})

it('explain weighs the evidence of the last look of the path', () => {
  const metrics = { errors: { pass: from(0, 10) }, p95: { pass: from(0, 10) } }
  expect(explained({ step }, { metrics }, enforced, [passed, failed]).score).toBe(Math.round(50 + 24.5))
})
