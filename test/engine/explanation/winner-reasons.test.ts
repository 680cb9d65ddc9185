import { describe, expect, test } from 'vitest'
import { decidePath } from '../../../src/engine/decision/decide-path.ts'
import { explain } from '../../../src/engine/explanation/explain.ts'
import type { Verdict } from '../../../src/engine/model/verdict.ts'
import { arm, from, interval, type MadeMetric, madeRun } from '../made/made-run.ts'
import { policyOf } from '../made/recordings.ts'

const policy = policyOf(
  [
    { name: 'errors', kind: 'errors' },
    { name: 'sales', kind: 'conversion' },
  ],
  { decide: 'winner', pass: 'strict', soak: '1m' },
)
const steps = [{ slice: 0, ends: 60, weight: 50, next: 100 }]
const numbers = { canary: arm(10, 100), stable: arm(20, 100), ratio: interval(0.5, 0.4, 0.6) }
const shown = 1e9

type Made = Readonly<Record<string, MadeMetric>>

/** The verdict at the last of twelve looks, by the evidence against the canary and against stable. */
function verdictOf(canary: Made, stable: Made): Verdict {
  const withNumbers = (made: Made): Made => ({
    errors: { numbers, ...made['errors'] },
    sales: { numbers, ...made['sales'] },
  })
  const run = {
    ...madeRun(policy, { steps, metrics: withNumbers(canary) }),
    opposite: madeRun(policy, { steps, metrics: withNumbers(stable) }),
  }
  return explain(run, decidePath(run), 11)
}

const reasonsOf = ({ reasons }: Verdict): readonly string[] =>
  reasons.map(({ code, text, metric }) => [code, ...(metric === undefined ? [] : [metric]), text].join(' | '))
const winnersOf = ({ metrics }: Verdict): readonly unknown[] => metrics.map(({ winner }) => winner)

const good = { pass: from(2, shown) }
const worse = { harm: from(3, shown) }
const both = { errors: good, sales: good }

describe('what is still open between two arms', () => {
  test('the minutes until the canary is known not to be better by more than the margin', () => {
    const verdict = verdictOf(both, { errors: { minutesToPass: 7 }, sales: good })
    expect(reasonsOf(verdict)).toEqual([
      'needs-more-data | errors | errors needs 4 to 11 more minutes at this traffic',
    ])
    expect(verdict.summary).toBe('inconclusive: errors needs 4 to 11 more minutes at this traffic')
    expect(verdict.metrics[0]?.neededMinutes).toBe(7)
    expect(winnersOf(verdict)).toEqual(['undecided', 'no-difference'])
  })

  test('a minute at least, and no number where none is known', () => {
    const soon = verdictOf(both, { errors: { minutesToPass: 0.2 }, sales: good })
    expect(soon.metrics[0]?.neededMinutes).toBe(1)
    const unknown = verdictOf(both, { errors: {}, sales: good })
    expect(unknown.metrics[0]).not.toHaveProperty('neededMinutes')
    expect(reasonsOf(unknown)).toEqual(['needs-more-data | errors | errors needs more events'])
  })

  test('that it can never be known', () => {
    const never = verdictOf(both, { errors: { minutesToPass: Infinity }, sales: good })
    expect(reasonsOf(never)).toEqual([
      expect.stringMatching(/^not-decidable \| errors \| errors: pods differ by more than the margin allows/),
    ])
  })

  test('each metric is named once, though both directions are open', () => {
    const verdict = verdictOf({}, {})
    expect(verdict.reasons.map(({ metric }) => metric)).toEqual(['errors', 'sales'])
    expect(winnersOf(verdict)).toEqual(['undecided', 'undecided'])
  })

  test('where stable is worse, only the canary has to be shown', () => {
    const verdict = verdictOf({ errors: good }, { errors: worse })
    expect(verdict.summary).toMatch(
      /^inconclusive: canary better so far: errors 0\.4 to 0\.6 times stable's; but sales needs/,
    )
    expect(verdict.reasons.map(({ metric }) => metric)).toEqual(['sales'])
  })

  test('nothing, where there is an answer', () => {
    expect(reasonsOf(verdictOf(both, { sales: worse })).map((text) => text.split(' | ')[0])).toEqual([
      'canary-better',
      'within-margin',
      'passed-before',
    ])
    expect(verdictOf({ errors: worse }, {}).reasons.map(({ code }) => code)).toEqual([
      'stable-better',
      'worse',
      'failed-before',
    ])
  })
})

describe('the answer of one metric', () => {
  test('follows from both directions', () => {
    const verdict = verdictOf({ errors: worse, sales: good }, { errors: worse, sales: good })
    expect(winnersOf(verdict)).toEqual(['each-better', 'no-difference'])
    expect(verdict.winner?.answer).toBe('each-better')
  })

  test('is open where a metric shows nothing, or an arm had no traffic', () => {
    const silent = { canaryPods: Array.from({ length: 12 }, () => 0), ...good }
    const verdict = verdictOf(
      { errors: { pass: 'nothing to show' }, sales: silent },
      { errors: { pass: 'nothing to show' }, sales: silent },
    )
    expect(winnersOf(verdict)).toEqual(['undecided', 'undecided'])
  })

  test('counts every metric that is better by now, and without such evidence the one that was', () => {
    const later = { harm: from(8, shown) }
    const now = verdictOf(both, { errors: worse, sales: later })
    expect(now.summary).toBe("pass: canary better: errors 0.4 to 0.6 times stable's and sales -60% to -40%")
    const gone = { harm: [1, 1, 1, shown] }
    const then = verdictOf(both, { errors: gone, sales: {} })
    expect(then.summary).toBe("pass: canary better: errors 0.4 to 0.6 times stable's")
    expect(winnersOf(then)).toEqual(['canary-better', 'undecided'])
  })

  test('has no range where there is no ratio', () => {
    const none = { ...good, numbers: { canary: {}, stable: {} } }
    expect(verdictOf({ errors: none, sales: good }, { errors: worse }).summary).toBe(
      'pass: canary better: errors',
    )
  })
})
