import { expect, test } from 'vitest'
import type { Outcome } from '../../src/engine/model/verdict.ts'
import { playRollout } from '../../src/simulate/play-rollout.ts'

const planned = [3, 4]

/** Passes each step at its planned end, unless a verdict is given for a look, by step and look in the step. */
const judge =
  (named: (step: number, look: number) => Outcome | undefined) =>
  (lengths: readonly number[]): readonly Outcome[] =>
    lengths.flatMap((length, step) =>
      Array.from(
        { length },
        (_, look) => named(step, look) ?? (look + 1 >= (planned[step] ?? 0) ? 'pass' : 'inconclusive'),
      ),
    )

test.each<[string, (step: number, look: number) => Outcome | undefined, object]>([
  ['as planned', () => undefined, { end: 'promoted', lengths: [3, 4] }],
  [
    'a pass before the planned end',
    (step, look) => (step === 0 && look === 1 ? 'pass' : undefined),
    { end: 'promoted', lengths: [2, 4] },
  ],
  [
    'a pass during the hold',
    (step, look) => (step === 0 && look < 4 ? 'inconclusive' : undefined),
    { end: 'promoted', lengths: [5, 4] },
  ],
  [
    'no pass in the hold',
    (step) => (step === 1 ? 'inconclusive' : undefined),
    { end: 'asked', lengths: [3, 6] },
  ],
  [
    'a fail in the hold',
    (step, look) => (step === 0 ? (look === 4 ? 'fail' : 'inconclusive') : undefined),
    { end: 'aborted', lengths: [5] },
  ],
  [
    'a fail in the second step',
    (step, look) => (step === 1 && look === 2 ? 'fail' : undefined),
    { end: 'aborted', lengths: [3, 3] },
  ],
])('%s', (_, named, expected) => {
  expect(playRollout(judge(named), { planned, hold: 2 })).toEqual(expected)
})
