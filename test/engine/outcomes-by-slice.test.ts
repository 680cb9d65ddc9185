import { describe, expect, it } from 'vitest'
import { analyze } from '../../src/engine/analyze.ts'
import type { Arm, Sample } from '../../src/engine/model/recording.ts'
import { outcomesBySlice } from '../../src/engine/outcomes-by-slice.ts'
import { handMade, onlyErrors } from './made/recordings.ts'

const steps = [
  { slice: 62, ends: 70, weight: 25, next: 50 },
  { slice: 70, ends: 80, weight: 50 },
]
const base = { history: 60, slices: 80, steps, canaryPods: 4 }
/** The canary fails ten times as often from slice `k` on. */
const failingFrom =
  (begin: number) =>
  (arm: Arm, _pod: number, k: number): readonly [Sample, Sample] => [
    arm === 'canary' && k >= begin ? 40 : 4,
    4000,
  ]

describe('walk', () => {
  it('has one look after every slice of the rollout, with the answer that analyze gives there', () => {
    const recording = handMade({ ...base, cell: failingFrom(74) })
    const { looks, firstFail } = outcomesBySlice(recording, onlyErrors)
    const answers = Array.from({ length: 20 }, (_, t) => {
      const { judged, verdict } = analyze(recording, onlyErrors, 60 + t)
      return { at: 60 + t, judged, verdict }
    })
    expect(looks).toEqual(answers)
    expect(new Set(looks.map(({ verdict }) => verdict)).size).toBe(3)
    expect(firstFail).toBe(looks.find(({ verdict }) => verdict === 'fail')?.at)
  })

  it('names the first pass of every step, by its weight', () => {
    const recording = handMade({ ...base, cell: failingFrom(99) })
    const { looks, passedSteps, firstFail } = outcomesBySlice(recording, onlyErrors)
    const firstIn = (begin: number): number | undefined =>
      looks.find(({ at, verdict }) => at >= begin && verdict === 'pass')?.at
    expect(passedSteps).toEqual([
      { weight: 25, slice: firstIn(62) },
      { weight: 50, slice: firstIn(70) },
    ])
    expect(passedSteps.every(({ slice }) => slice > 62)).toBe(true)
    expect(firstFail).toBeUndefined()
  })

  it('leaves the first fail out where there is none, and names no step where none is declared', () => {
    const { steps: _none, ...plain } = base
    const bare = outcomesBySlice(handMade({ ...plain, cell: failingFrom(99) }), onlyErrors)
    expect(bare).not.toHaveProperty('firstFail')
    expect(bare.looks.some(({ verdict }) => verdict === 'pass')).toBe(true)
    expect(bare.passedSteps).toEqual([])
  })

  it('takes the answer, not the judgement, for the first fail', () => {
    const recording = handMade({ ...base, cell: failingFrom(60) })
    const paused = outcomesBySlice(recording, { ...onlyErrors, mode: 'pause' })
    expect(paused.looks.some(({ judged }) => judged === 'fail')).toBe(true)
    expect(paused.firstFail).toBeUndefined()
    expect(outcomesBySlice(recording, { ...onlyErrors, mode: 'observe' }).passedSteps).toEqual([
      { weight: 25, slice: 69 },
      { weight: 50, slice: 79 },
    ])
  })

  it('is empty where the rollout has not begun', () => {
    expect(outcomesBySlice({ ...handMade(base), slices: 60 }, onlyErrors)).toEqual({
      looks: [],
      passedSteps: [],
    })
  })
})
