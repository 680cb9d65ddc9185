import { describe, expect, it, test } from 'vitest'
import type { ArmDispersion, Dispersion, PodDispersion } from '../../../src/engine/noise/dispersion.ts'
import { badSampleNotes, countNotes, gateMayFail } from '../../../src/engine/evidence/notes.ts'
import { errorCounts, noBadSamples } from '../../../src/engine/counts/pod-counts.ts'
import type { Pod } from '../../../src/engine/model/recording.ts'
import type { Reason } from '../../../src/engine/model/verdict.ts'
import { armOf, noiseOf } from '../made/arm-slices.ts'

const byArm = (slices: number): ArmDispersion => ({
  kind: 'arm',
  pods: 0,
  factor: 1,
  differences: slices,
  share: 0.01,
  slices,
})
const byPods: PodDispersion = {
  kind: 'pods',
  pods: 4,
  autocovariance: [0, 0, 0, 0, 0, 0, 0],
  lasting: 0,
  clump: 0,
  inflation: 5 / 3,
  share: 0.01,
  eventsPerSlice: 3,
}

test.each([
  ['no history', byArm(0), false],
  ['19 slices of it', byArm(19), false],
  ['20 slices of it', byArm(20), true],
  ['pods to learn from', byPods, true],
] as const)('gateMayFail with %s is %s', (_name, dispersion, expected) => {
  expect(gateMayFail(dispersion)).toBe(expected)
})

describe('badSampleNotes', () => {
  it('says nothing of good samples', () => {
    expect(badSampleNotes('errors', noBadSamples())).toEqual([])
  })

  it.each([
    ['notFinite', '2 NaN or infinite'],
    ['negative', '2 negative'],
    ['aboveTotal', '2 above their total'],
    ['tooLarge', '2 too large'],
    ['notPositive', '2 zero or negative'],
  ])('counts and names %s samples', (key, words) => {
    expect(badSampleNotes('errors', { ...noBadSamples(), [key]: 2 })).toEqual([
      { code: 'bad-samples', metric: 'errors', text: `errors: left out ${words} samples` },
    ])
  })

  it('speaks of one sample and of one count in the singular', () => {
    const bad = { ...noBadSamples(), negative: 1, notWhole: 1 }
    expect(badSampleNotes('x', bad).map(({ text }) => text)).toEqual([
      'x: left out 1 negative sample',
      'x: 1 count is not a whole number, used as it is',
    ])
  })

  it('names all kinds of bad samples in one sentence, and those that were used in another', () => {
    const bad = { notFinite: 1, negative: 2, aboveTotal: 3, tooLarge: 4, notPositive: 5, notWhole: 6 }
    expect(badSampleNotes('x', bad)).toEqual([
      {
        code: 'bad-samples',
        metric: 'x',
        text: 'x: left out 1 NaN or infinite, 2 negative, 3 above their total, 4 too large, 5 zero or negative samples',
      },
      { code: 'bad-samples', metric: 'x', text: 'x: 6 counts are not whole numbers, used as they are' },
    ])
  })
})

describe('countNotes', () => {
  const notesOf = (dispersion: Dispersion, pods: readonly Pod[], sample = 200): readonly Reason[] => {
    const rows = pods.map(() => [1])
    const table = errorCounts({ kind: 'errors', bad: rows, total: pods.map(() => [sample]) }, pods)
    const arm = armOf([1], [200])
    const arms = { canary: arm, stable: arm }
    return countNotes('errors', table, { arms, facing: arms, dispersion, noise: noiseOf([1]) })
  }
  const pods = (stable: number, canary = 0): readonly Pod[] => [
    ...Array.from({ length: stable }, (_, j) => ({ name: `s${j}`, arm: 'stable' as const })),
    ...Array.from({ length: canary }, (_, j) => ({ name: `c${j}`, arm: 'canary' as const })),
  ]
  const note = (code: Reason['code'], text: string): Reason => ({ code, metric: 'errors', text })

  it.each([
    [0, note('history-missing', 'errors: no history of stable, noise is assumed wide and gates do not fail')],
    [1, note('history-short', 'errors: 1 slice of history, 20 needed before gates may fail')],
    [19, note('history-short', 'errors: 19 slices of history, 20 needed before gates may fail')],
    [20, note('history-short', 'errors: 20 slices of history, 60 needed to learn how pods differ')],
    [59, note('history-short', 'errors: 59 slices of history, 60 needed to learn how pods differ')],
  ])('says what %s slices of history are too few for', (slices, expected) => {
    expect(notesOf(byArm(slices), pods(4))).toEqual([expected])
  })

  it('says nothing of enough history, or of noise learned from pods', () => {
    expect(notesOf(byArm(60), pods(4))).toEqual([])
    expect(notesOf(byPods, pods(1))).toEqual([])
  })

  it.each([
    [1, 'errors: one stable pod, 4 needed to learn how pods differ'],
    [2, 'errors: 2 stable pods, 4 needed to learn how pods differ'],
    [3, 'errors: 3 stable pods, 4 needed to learn how pods differ'],
  ])('says that %s stable pods are too few, however many the canary has', (stable, text) => {
    expect(notesOf(byArm(60), pods(stable, 5))).toEqual([note('one-pod', text)])
  })

  it('does not count the sum over an arm as a pod', () => {
    const sum: Pod = { name: 'stable', arm: 'stable', aggregate: true }
    expect(notesOf(byArm(60), [sum, ...pods(0, 2)])).toEqual([])
    expect(notesOf(byArm(60), [sum, ...pods(4)])).toEqual([])
    expect(notesOf(byArm(60), [sum, ...pods(3)])).toEqual([
      note('one-pod', 'errors: 3 stable pods, 4 needed to learn how pods differ'),
    ])
  })

  it('names samples first, then history, then pods', () => {
    expect(notesOf(byArm(0), pods(1), -1).map(({ code }) => code)).toEqual([
      'bad-samples',
      'history-missing',
      'one-pod',
    ])
  })
})
