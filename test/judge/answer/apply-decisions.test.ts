import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../../src/engine/model/verdict.ts'
import { applyDecisions } from '../../../src/judge/answer/apply-decisions.ts'
import type { Decision } from '../../../src/judge/ports/ports.ts'
import { aDecision } from '../../contract/rows.ts'
import { aPolicy, aVerdictOf } from '../verdicts.ts'

const decisions: Readonly<Record<string, Decision>> = {
  approve: aDecision({ kind: 'approve' }),
  override: aDecision({ kind: 'approve', override: true }),
  hold: aDecision({ kind: 'hold' }),
  reject: aDecision({ kind: 'reject' }),
}
const parse = (text: string): readonly Decision[] => text.split(' ').flatMap((word) => decisions[word] ?? [])

describe('applyDecisions()', () => {
  test.each<[Outcome, string, Outcome]>([
    ['pass', '-', 'pass'],
    ['pass', 'approve', 'pass'],
    ['pass', 'hold', 'inconclusive'],
    ['pass', 'approve hold', 'inconclusive'],
    ['pass', 'hold override', 'inconclusive'],
    ['pass', 'reject', 'fail'],
    ['pass', 'reject approve', 'fail'],
    ['inconclusive', '-', 'inconclusive'],
    ['inconclusive', 'approve', 'pass'],
    ['inconclusive', 'override', 'pass'],
    ['inconclusive', 'hold', 'inconclusive'],
    ['inconclusive', 'hold approve', 'inconclusive'],
    ['inconclusive', 'reject', 'fail'],
    ['inconclusive', 'hold approve override reject', 'fail'],
    ['fail', '-', 'fail'],
    ['fail', 'approve', 'fail'],
    ['fail', 'override', 'pass'],
    ['fail', 'approve override', 'pass'],
    ['fail', 'hold', 'fail'],
    ['fail', 'hold override', 'fail'],
    ['fail', 'reject override', 'fail'],
  ])('of %s with %s is %s, whatever their order', (judged, words, expected) => {
    const standing = parse(words)
    for (const list of [standing, standing.toReversed()]) {
      const verdict = applyDecisions(aVerdictOf(judged), list, aPolicy())
      expect(verdict).toMatchObject({ judged, verdict: expected, score: 40 })
      expect(verdict.summary).toMatch(new RegExp(`^${expected}: `))
    }
  })

  test.each<[string, Outcome]>([
    ['approve', 'inconclusive'],
    ['override', 'pass'],
    ['hold', 'inconclusive'],
    ['reject', 'fail'],
  ])('of a fail that mode pause answers inconclusive, with %s, is %s', (word, expected) => {
    const paused = aVerdictOf('fail', { verdict: 'inconclusive' })
    const policy = aPolicy({ mode: 'pause' })
    expect(applyDecisions(paused, parse(word), policy).verdict).toBe(expected)
  })

  test.each<[string, Outcome]>([
    ['-', 'pass'],
    ['hold', 'inconclusive'],
    ['reject', 'fail'],
  ])('of a fail that mode observe answers pass, with %s, is %s', (word, expected) => {
    const observed = aVerdictOf('fail', { verdict: 'pass' })
    expect(applyDecisions(observed, parse(word), aPolicy({ mode: 'observe' })).verdict).toBe(expected)
  })

  test('says who decided and why, on one line without what a JSON writer escapes', () => {
    const hold = aDecision({ kind: 'hold', by: 'ann', reason: 'a <b> & c' })
    const verdict = applyDecisions(aVerdictOf('pass'), [hold], aPolicy())
    expect(verdict.summary).toBe('inconclusive: held by ann: a b c; else pass: because')
    expect(verdict.reasons).toEqual([{ code: 'held', text: 'held by ann: a <b> & c' }])
  })

  test('with hybrid approval asks a person where a rule at the gate would answer', () => {
    const policy = aPolicy({ approval: 'hybrid' })
    const reasons = [{ code: 'gate-policy', text: 'onInconclusive answers pass' }] as const
    const ruled = aVerdictOf('inconclusive', { verdict: 'pass', summary: 'pass: by rule', reasons })
    const asked = applyDecisions(ruled, [], policy)
    expect(asked).toMatchObject({ verdict: 'inconclusive' })
    expect(asked.summary).toBe('inconclusive: waits for a person; the rule said pass: by rule')
    expect(asked.reasons[0]?.code).toBe('approval-needed')
    expect(applyDecisions(ruled, parse('approve'), policy).verdict).toBe('pass')
    expect(applyDecisions(ruled, [], aPolicy())).toBe(ruled)
    expect(applyDecisions(aVerdictOf('pass'), [], policy).verdict).toBe('pass')
    expect(applyDecisions(aVerdictOf('fail'), [], policy).verdict).toBe('fail')
    expect(applyDecisions(aVerdictOf('inconclusive'), [], policy).reasons).toEqual([])
    const held = aVerdictOf('inconclusive', { reasons: [{ code: 'held', text: 'x' }] })
    expect(applyDecisions(held, [], policy)).toMatchObject({ summary: held.summary, verdict: 'inconclusive' })
    expect(applyDecisions(ruled, [], { ...policy, mode: 'observe' }).verdict).toBe('pass')
  })
})
