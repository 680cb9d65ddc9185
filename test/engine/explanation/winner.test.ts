import { describe, expect, test } from 'vitest'
import { experiment } from '../../../bench/winner/winner-worlds.ts'
import { winnerPolicy } from '../../../bench/winner/winner.ts'
import { analyze } from '../../../src/engine/analyze.ts'
import type { Policy } from '../../../src/engine/model/policy.ts'
import type { Verdict } from '../../../src/engine/model/verdict.ts'
import type { Effect } from '../../../src/simulate/effect.ts'
import { onlyErrors } from '../made/recordings.ts'

const world = { noise: 'none', weight: 50, minutes: 60, rps: 200, pods: [4, 4], seed: 'words' } as const
const policy = winnerPolicy('errors', 'p95', 'conversion')

function verdictOf(effect: Effect, minutes = 60, used: Policy = policy): Verdict {
  return analyze(experiment({ ...world, effect }), used, 119 + minutes)
}

const winnersOf = ({ metrics }: Verdict): readonly string[] =>
  metrics.map(({ name, winner }) => `${name} ${winner}`)

describe('the words of a comparison', () => {
  test('a better canary passes, with the numbers that are better and the chance of being wrong', () => {
    const verdict = verdictOf({ errors: 0.4, conversion: 1.2 })
    expect(verdict.summary).toMatch(
      /^pass: canary better: errors 0\.\d+ to 0\.\d+ times stable's and conversion \+[\d.]+% to \+[\d.]+%$/,
    )
    expect(verdict.winner).toEqual({
      answer: 'canary-better',
      error: 0.05,
      text: 'the chance of naming a better arm where the arms differ by no more than the tolerance is at most 5%',
    })
    expect(winnersOf(verdict)).toEqual([
      'errors canary-better',
      'p95 no-difference',
      'conversion canary-better',
    ])
    expect(verdict.reasons.map(({ code }) => code).slice(0, 2)).toEqual(['canary-better', 'within-margin'])
  })

  test('a worse canary fails, with what is worse', () => {
    const verdict = verdictOf({ errors: 3 }, 20)
    expect(verdict.summary).toMatch(/^fail: stable better: at 12:0\d errors .* times worse$/)
    expect(verdict.reasons.map(({ code }) => code).slice(0, 2)).toEqual(['stable-better', 'worse'])
    expect(winnersOf(verdict)[0]).toBe('errors stable-better')
  })

  test('each better in something: both are named', () => {
    const verdict = verdictOf({ conversion: 1.2, latency: 1.3 })
    expect(verdict.summary).toMatch(
      /^fail: each arm is better in something: canary conversion \+.*; stable: at .* p95 about/,
    )
    expect(winnersOf(verdict).slice(1)).toEqual(['p95 stable-better', 'conversion canary-better'])
    expect(verdict.score).toBe(0)
  })

  test('no difference beyond the margin: every required metric with its interval', () => {
    const verdict = verdictOf({})
    expect(verdict.summary).toMatch(
      /^pass: no difference beyond the margin: errors [\d.]+ to [\d.]+ times stable's, p95 [-+].*, conversion [-+]/,
    )
    expect(verdict.winner?.error).toBe(0.05)
    expect(verdict.winner?.text).toMatch(/differ by more than the margin is at most 5%$/)
  })

  test('the chances are those of the policy', () => {
    const strict = { ...policy, falseAbort: 0.02, missedHarm: 0.1 }
    expect(verdictOf({ errors: 3 }, 20, strict).winner?.error).toBe(0.02)
    expect(verdictOf({}, 60, strict).winner).toMatchObject({ answer: 'no-difference', error: 0.1 })
  })

  test('undecided: what is missing, and what is better so far', () => {
    const early = verdictOf({}, 8)
    expect(early.summary).toBe('inconclusive: errors and conversion need 1 to 3 more hours at this traffic')
    expect(early.winner).toEqual({ answer: 'undecided', text: 'the data do not answer this yet' })
    const ahead = verdictOf({ errors: 0.2 }, 12)
    expect(ahead.summary).toMatch(
      /^inconclusive: canary better so far: errors .* times stable's; but .*conversion/,
    )
  })

  test('a canary that may still be better by more than the margin is not called alike', () => {
    // half the failures: soon known not to be worse, and only later known to be better
    const looks = Array.from({ length: 40 }, (_, t) =>
      analyze(experiment({ ...world, rps: 20, effect: { errors: 0.6 } }), winnerPolicy('errors'), 125 + t),
    )
    const open = looks.find(
      ({ metrics: [errors] }) => errors?.judged === 'pass' && errors.winner === 'undecided',
    )
    expect(open?.judged).toBe('inconclusive')
    expect(open?.reasons.map(({ code }) => code)).toContain('needs-more-data')
  })

  test('with decide: harm there is no word of a winner', () => {
    const verdict = analyze(experiment({ ...world, effect: {} }), onlyErrors)
    expect(verdict).not.toHaveProperty('winner')
    expect(verdict.metrics[0]).not.toHaveProperty('winner')
  })
})
