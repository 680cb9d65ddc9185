import { expect, it } from 'vitest'
import type { CountTests } from '../../../src/engine/evidence/count-tests.ts'
import { carefulGate, doubtOf } from '../../../src/engine/evidence/doubt.ts'
import { FEW_EVENTS, type ScoreTest } from '../../../src/engine/evidence/score-test.ts'
import { armOf, noiseOf, streamOf } from '../made/arm-slices.ts'

const theta0 = Float64Array.from([1, 1, 1])
const arm = armOf([0, 0, 0], [1, 1, 1])
const gate = (p: readonly (number | undefined)[]): ScoreTest => ({
  harmP: (t) => p[t],
  goodP: () => undefined,
})

/** Tests whose answers are given; `events` are those of both arms so far. */
function testsOf(given: {
  readonly whole: readonly (number | undefined)[]
  readonly careful?: readonly (number | undefined)[]
  readonly events?: readonly number[]
}): CountTests {
  const { whole, careful, events } = given
  const path = (values: readonly (number | undefined)[]): Float64Array =>
    Float64Array.from(values, (value) => value ?? 0)
  return {
    plain: streamOf(arm, arm, noiseOf([1])),
    harm: () => path(whole),
    pass: () => path([]),
    test: () => gate(whole),
    ...(careful !== undefined && {
      once: { events: path(events ?? []), harm: () => path(careful), test: () => gate(careful) },
    }),
  }
}

const [few, enough] = [FEW_EVENTS - 1, FEW_EVENTS]

it('doubt is the evidence of harm as it is where nothing is counted once', () => {
  expect([...doubtOf(testsOf({ whole: [1, 2, 3] }), theta0)]).toEqual([1, 2, 3])
})

it('doubt is at most the evidence with failures counted once, while failures are few', () => {
  const tests = testsOf({ whole: [5, 1, 5], careful: [2, 4, 2], events: [few, few, enough] })
  expect([...doubtOf(tests, theta0)]).toEqual([2, 1, 5])
})

it('a gate takes the p-value as it is where nothing is counted once', () => {
  const harmP = carefulGate(testsOf({ whole: [0.01, undefined] }), theta0)
  expect([harmP(0), harmP(1)]).toEqual([0.01, undefined])
})

it('a gate takes the larger p-value while failures are few, and none where one is missing', () => {
  const tests = testsOf({
    whole: [0.01, 0.5, 0.01, 0.01, undefined],
    careful: [0.2, 0.1, 0.2, undefined, 0.2],
    events: [few, few, enough, few, few],
  })
  const harmP = carefulGate(tests, theta0)
  expect([0, 1, 2, 3, 4].map(harmP)).toEqual([0.2, 0.5, 0.01, 1, undefined])
})
