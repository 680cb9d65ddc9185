import { describe, expect, test } from 'vitest'
import { tooFewLooks } from '../../../src/judge/answer/too-few-looks.ts'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import { aVerdictOf } from '../verdicts.ts'

const minute = 60_000
const { policy } = parsePolicy('name: p\nmetrics:\n  - {name: errors, kind: errors}', 'p')
const steps = [{ runId: 'r', index: 1, startedAt: 5 * minute, endsAt: 15 * minute }]
const inconclusive = aVerdictOf('inconclusive')

describe('tooFewLooks(verdict, the step as it was named, steps, policy)', () => {
  test.each([
    [23, { minutes: 10 }],
    [24, { minutes: 10.5 }],
    [23, {}],
  ])('says that %i looks are too few for a step of ten minutes or a little more: %j', (looks, more) => {
    const found = tooFewLooks(inconclusive, { index: 1, looks, ...more }, steps, policy)
    expect(found?.reasons.map(({ code }) => code)).toEqual(['few-looks'])
    expect(found?.verdict).toBe('inconclusive')
  })

  test.each([
    ['enough', { index: 1, looks: 24, minutes: 10 }],
    ['enough for the step as it was planned', { index: 1, looks: 24 }],
    ['not told', { index: 1, minutes: 10 }],
    ['told for a step of which nobody knows how long it lasts', { index: 0, looks: 2 }],
    ['told of no step', undefined],
  ])('says nothing when they are %s', (_, named) => {
    expect(tooFewLooks(inconclusive, named, steps, policy)).toBeUndefined()
  })

  test('adds it to the summary, which is all that Argo shows, while it may run out of looks', () => {
    const named = { index: 1, looks: 1, minutes: 10 }
    const text = '1 look is planned for a step of 10 minutes, 24 are needed for it and a hold of 10 minutes'
    expect(tooFewLooks(inconclusive, named, steps, policy)?.summary).toBe(`inconclusive: because; ${text}`)
    expect(tooFewLooks(aVerdictOf('fail'), named, steps, policy)?.summary).toBe('fail: because')
  })

  test('says it beside the summary only where the end of the step is seen and not the end of the hold', () => {
    const found = tooFewLooks(inconclusive, { index: 1, looks: 14, minutes: 10 }, steps, policy)
    expect(found?.summary).toBe('inconclusive: because')
    expect(found?.reasons[0]?.text).toBe(
      '14 looks are planned for a step of 10 minutes, 24 are needed for it and a hold of 10 minutes',
    )
  })

  test('needs no hold where the policy does not hold a step', () => {
    const quick = { ...policy, onInconclusive: 'proceed' as const }
    expect(tooFewLooks(inconclusive, { index: 1, looks: 14, minutes: 10 }, steps, quick)).toBeUndefined()
  })

  test('keeps the summary within one line of 199 characters', () => {
    const long = aVerdictOf('inconclusive', { summary: 'x'.repeat(199) })
    expect(tooFewLooks(long, { index: 1, looks: 3 }, steps, policy)?.summary).toHaveLength(199)
  })
})
