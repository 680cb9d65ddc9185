import { describe, expect, test } from 'vitest'
import { decidePath } from '../../../../src/engine/decision/decide-path.ts'
import type { RunEvidence } from '../../../../src/engine/decision/gather.ts'
import { from, type MadeMetric, madeRun } from '../../made/made-run.ts'
import { policyOf } from '../../made/recordings.ts'

const steps = [
  { slice: 0, ends: 6, weight: 50, next: 50 },
  { slice: 6, ends: 12, weight: 50, next: 100 },
]

function runOf(canary: MadeMetric, stable: MadeMetric, other: object = {}): RunEvidence {
  const policy = policyOf([{ name: 'errors', kind: 'errors' }], {
    decide: 'winner',
    pass: 'strict',
    soak: '1m',
    ...other,
  })
  return {
    ...madeRun(policy, { steps, metrics: { errors: canary } }),
    opposite: madeRun(policy, { steps, metrics: { errors: stable } }),
  }
}

/** The answers of all looks, each with the slice where it begins. */
function answers(canary: MadeMetric, stable: MadeMetric, other: object = {}): string {
  const looks = decidePath(runOf(canary, stable, other))
  return looks
    .filter(
      (look, t) =>
        look.winner?.answer !== looks[t - 1]?.winner?.answer || look.judged !== looks[t - 1]?.judged,
    )
    .map(({ t, judged, winner }) => `${t} ${winner?.answer ?? ''} ${judged}`)
    .join(', ')
}

const shown = 1e9

describe('which arm is better', () => {
  test('without evidence the answer is open', () => {
    expect(answers({}, {})).toBe('0 undecided inconclusive')
  })

  test('a worse canary fails at once, and the fail stays', () => {
    expect(answers({ harm: [1, 1, 1, shown] }, {})).toBe('0 undecided inconclusive, 3 stable-better fail')
  })

  test('a worse stable is not enough: the canary must be within the margin too', () => {
    expect(answers({}, { harm: from(2, shown) })).toBe('0 undecided inconclusive')
    expect(answers({ pass: from(4, shown) }, { harm: from(2, shown) })).toBe(
      '0 undecided inconclusive, 4 canary-better pass',
    )
  })

  test('the arms are alike when each is within the margin of the other', () => {
    expect(answers({ pass: from(3, shown) }, {})).toBe('0 undecided inconclusive')
    expect(answers({ pass: from(3, shown) }, { pass: from(5, shown) })).toBe(
      '0 undecided inconclusive, 5 no-difference pass',
    )
  })

  test('a canary that is worse in something fails, whatever stable is worse in', () => {
    expect(answers({ harm: from(4, shown) }, { harm: from(2, shown) })).toBe(
      '0 undecided inconclusive, 4 each-better fail',
    )
    expect(answers({ harm: from(2, shown) }, { harm: from(4, shown) })).toBe(
      '0 undecided inconclusive, 2 stable-better fail, 4 each-better fail',
    )
  })

  test('a metric that holds every step holds this pass', () => {
    const holds = (t: number): string | undefined => (t < 5 ? 'restarts' : undefined)
    expect(answers({ pass: from(3, shown), holds }, { harm: from(2, shown) })).toBe(
      '0 undecided inconclusive, 5 canary-better pass',
    )
  })

  test('each step has its own pass and knows when it passed', () => {
    const looks = decidePath(runOf({ pass: from(3, shown) }, { harm: from(2, shown) }))
    expect(looks.map(({ passedAt }) => passedAt)).toEqual([
      undefined,
      undefined,
      undefined,
      3,
      3,
      3,
      6,
      6,
      6,
      6,
      6,
      6,
    ])
    expect(looks.every(({ passedBy }) => passedBy === undefined)).toBe(true)
  })

  test('the rules of the policy answer where the winner is open', () => {
    const looks = decidePath(runOf({}, {}, { onInconclusive: 'fail' }))
    expect(looks.map(({ verdict }) => verdict.charAt(0)).join('')).toBe('iiiiifffffff')
    expect(looks.map(({ judged }) => judged.charAt(0)).join('')).toBe('iiiiiiiiiiii')
    const paused = decidePath(runOf({ harm: from(2, shown) }, {}, { mode: 'pause' }))
    expect([paused[5]?.judged, paused[5]?.verdict]).toEqual(['fail', 'inconclusive'])
  })
})
