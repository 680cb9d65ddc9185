import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyze } from '../../src/engine/analyze.ts'
import type { Verdict } from '../../src/engine/model/verdict.ts'
import { outcomesBySlice } from '../../src/engine/outcomes-by-slice.ts'
import { type AnyRun, anyRun } from './made/any-run.ts'
import { until } from './made/recordings.ts'

const withSlices = anyRun.filter(({ recording }) => recording.slices > 0)
const anyLook = fc.tuple(withSlices, fc.nat()).map(([run, n]) => {
  const { slices, rolloutStart } = run.recording
  // mostly a slice of the rollout, sometimes one of history
  const from = n % 5 === 0 ? 0 : Math.min(rolloutStart, slices - 1)
  return { ...run, at: from + (n % (slices - from)) }
})
const many = { numRuns: 2000 } as const

describe('analyze of anything that parses', () => {
  it('answers with numbers that JSON can carry, in one short line', () => {
    fc.assert(
      fc.property(anyLook, ({ recording, policy, at }) => {
        expectSound(analyze(recording, policy, at))
      }),
      many,
    )
  })

  it('gives at every look what walk gave for it', () => {
    fc.assert(
      fc.property(anyLook, ({ recording, policy, at }) => {
        const { judged, verdict } = analyze(recording, policy, at)
        const look = outcomesBySlice(recording, policy).looks[at - recording.rolloutStart]
        expect(look ?? { at, judged, verdict }).toEqual({ at, judged, verdict })
      }),
      many,
    )
  })

  it('does not look ahead', () => {
    fc.assert(
      fc.property(anyLook, ({ recording, policy, at }) => {
        expect(analyze(until(recording, at), policy, at)).toEqual(analyze(recording, policy, at))
      }),
      { numRuns: 1500 },
    )
  })
})

describe('walk of anything that parses', () => {
  it('has one look for every slice of the rollout', () => {
    fc.assert(
      fc.property(anyRun, ({ recording, policy }: AnyRun) => {
        const { looks, firstFail } = outcomesBySlice(recording, policy)
        expect(looks.length).toBe(recording.slices - recording.rolloutStart)
        expect(firstFail).toBe(looks.find(({ verdict }) => verdict === 'fail')?.at)
      }),
      { numRuns: 500 },
    )
  })
})

function expectSound(verdict: Verdict): void {
  expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict)
  expect(verdict.summary).toMatch(/^(pass|fail|inconclusive): [^<>&\p{Cc}\u2028\u2029]{3,}$/u)
  expect(verdict.summary.length).toBeLessThan(200)
  expect(verdict.score).toBeGreaterThanOrEqual(0)
  expect(verdict.score).toBeLessThanOrEqual(100)
  const words = JSON.stringify([
    verdict.summary,
    verdict.reasons,
    verdict.metrics.map(({ reasons }) => reasons),
  ])
  expect(words).not.toMatch(/NaN(?! or infinite)|Infinity|undefined/)
  for (const { canary, stable, ratio, evidence, dispersion } of verdict.metrics) {
    expect(evidence).toBeGreaterThanOrEqual(0)
    expect(dispersion ?? 1).toBeGreaterThan(0)
    for (const arm of [canary, stable]) expect(arm.events ?? 0).toBeLessThanOrEqual(arm.of ?? 0)
    if (ratio === undefined) continue
    expect(ratio.low).toBeLessThanOrEqual(ratio.estimate)
    expect(ratio.estimate).toBeLessThanOrEqual(ratio.high)
  }
}
