import { describe, expect, test } from 'vitest'
import { tooFewLooks } from '../../../src/judge/answer/too-few-looks.ts'
import { aVerdictOf } from '../verdicts.ts'

const minute = 60_000
const steps = [{ runId: 'r', index: 1, startedAt: 5 * minute, endsAt: 15 * minute }]
const inconclusive = aVerdictOf('inconclusive')

describe('fewLooks(verdict, the step as it was named, steps)', () => {
  test.each([
    [13, { minutes: 10 }],
    [14, { minutes: 10.5 }],
    [13, {}],
  ])('says that %i looks are too few for a step of ten minutes or a little more: %j', (looks, more) => {
    const found = tooFewLooks(inconclusive, { index: 1, looks, ...more }, steps)
    expect(found?.reasons.map(({ code }) => code)).toEqual(['few-looks'])
    expect(found?.verdict).toBe('inconclusive')
  })

  test.each([
    ['enough', { index: 1, looks: 14, minutes: 10 }],
    ['enough for the step as it was planned', { index: 1, looks: 14 }],
    ['not told', { index: 1, minutes: 10 }],
    ['told for a step of which nobody knows how long it lasts', { index: 0, looks: 2 }],
    ['told of no step', undefined],
  ])('says nothing when they are %s', (_, named) => {
    expect(tooFewLooks(inconclusive, named, steps)).toBeUndefined()
  })

  test('adds it to the summary, which is all that Argo shows, while it may run out of looks', () => {
    const named = { index: 1, looks: 1, minutes: 10 }
    const text = '1 look is planned for a step of 10 minutes, 14 are needed to see its end'
    expect(tooFewLooks(inconclusive, named, steps)?.summary).toBe(`inconclusive: because; ${text}`)
    expect(tooFewLooks(aVerdictOf('fail'), named, steps)?.summary).toBe('fail: because')
  })

  test('keeps the summary within one line of 199 characters', () => {
    const long = aVerdictOf('inconclusive', { summary: 'x'.repeat(199) })
    expect(tooFewLooks(long, { index: 1, looks: 3 }, steps)?.summary).toHaveLength(199)
  })
})
