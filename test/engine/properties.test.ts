import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyze } from '../../src/engine/analyze.ts'
import type { Recording } from '../../src/engine/model/recording.ts'
import { outcomesBySlice } from '../../src/engine/outcomes-by-slice.ts'
import { parseRecording } from '../../src/formats/recording/parse-recording.ts'
import { effects } from '../../src/simulate/effect.ts'
import { noises } from '../../src/simulate/noise.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { handMade, onlyErrors, policyOf, strict, strictNames, threeSteps, until } from './made/recordings.ts'

const anyEffect = fc.constantFrom(...Object.values(effects))
const anyNoise = fc.constantFrom(noises.quiet, noises.bursty, noises.diurnal, noises['cold-start'])
const anyRollout = fc
  .record({ seed: fc.nat(), effect: anyEffect, noise: anyNoise, rps: fc.constantFrom(1, 5, 50) })
  .map(({ rps, ...rest }) => simulateRollout({ ...rest, traffic: { rps, podSd: 0.1 }, metrics: strictNames }))

const runs = { numRuns: 15 } as const

describe('analyze', () => {
  it('gives at every look what walk gave for it', () => {
    fc.assert(
      fc.property(anyRollout, fc.integer({ min: 120, max: 149 }), (recording, at) => {
        const { judged, verdict } = analyze(recording, strict, at)
        expect(outcomesBySlice(recording, strict).looks[at - 120]).toEqual({ at, judged, verdict })
      }),
      runs,
    )
  })

  it('does not look ahead: later slices and steps change no earlier verdict', () => {
    fc.assert(
      fc.property(anyRollout, fc.integer({ min: 120, max: 149 }), (recording, at) => {
        expect(analyze(until(recording, at), strict, at)).toEqual(analyze(recording, strict, at))
      }),
      runs,
    )
  })

  it('does not look ahead without history either', () => {
    const whole = simulateRollout({ seed: 1, history: 0, metrics: strictNames })
    for (let at = 0; at < whole.slices; at++) {
      expect(analyze(until(whole, at), strict, at)).toEqual(analyze(whole, strict, at))
    }
  })

  it('does not depend on the order of pods', () => {
    fc.assert(
      fc.property(anyRollout, (recording) => {
        const there = analyze(recording, strict)
        const back = analyze(reversedPods(recording), strict)
        expect([back.judged, back.score, back.summary]).toEqual([there.judged, there.score, there.summary])
      }),
      runs,
    )
  })

  it('does not depend on the order of metrics', () => {
    const backwards = { ...strict, metrics: strict.metrics.toReversed() }
    fc.assert(
      fc.property(anyRollout, (recording) => {
        const { judged, verdict, score } = analyze(recording, backwards)
        const there = analyze(recording, strict)
        expect({ judged, verdict, score }).toEqual({
          judged: there.judged,
          verdict: there.verdict,
          score: there.score,
        })
      }),
      runs,
    )
  })

  it('mirrors the ratio when the arms are swapped', () => {
    const policy = { ...onlyErrors, warmupSeconds: 0 }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), (a, b) => {
        const cell = (canary: number, stable: number) => (arm: string) =>
          [arm === 'canary' ? canary : stable, 1000] as const
        const forth = analyze(handMade({ history: 0, slices: 20, cell: cell(a, b) }), policy)
        const back = analyze(
          handMade({ history: 0, slices: 20, stablePods: 1, canaryPods: 4, cell: cell(b, a) }),
          policy,
        )
        const product = (forth.metrics[0]?.ratio?.estimate ?? 0) * (back.metrics[0]?.ratio?.estimate ?? 0)
        expect(product).toBeCloseTo(1, 6)
      }),
      { numRuns: 40 },
    )
  })

  it('gives the same estimate when a pod is split in two', () => {
    const one = handMade({ slices: 140, cell: (arm) => [arm === 'canary' ? 4 : 2, 400] })
    const two = handMade({
      slices: 140,
      canaryPods: 2,
      stablePods: 8,
      cell: (arm) => [arm === 'canary' ? 2 : 1, 200],
    })
    const estimate = (recording: Recording): number | undefined =>
      analyze(recording, onlyErrors).metrics[0]?.ratio?.estimate
    expect(estimate(two)).toBe(estimate(one))
  })

  it('does not change its numbers for a slice without traffic', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), fc.constantFrom(0, null), (errors, silent) => {
        const cell = (arm: string, _pod: number, k: number) =>
          k >= 138 ? ([silent, silent] as const) : ([arm === 'canary' ? errors : 1, 200] as const)
        const steps = [{ slice: 120, ends: 150, weight: 20 }]
        const busy = analyze(handMade({ slices: 138, steps, cell }), onlyErrors)
        const silentToo = analyze(handMade({ slices: 140, steps, cell }), onlyErrors)
        expect(silentToo.judged).toBe(busy.judged)
        expect(silentToo.score).toBe(busy.score)
        expect(silentToo.metrics[0]?.ratio).toEqual(busy.metrics[0]?.ratio)
        expect(silentToo.metrics[0]?.evidence).toBe(busy.metrics[0]?.evidence)
      }),
    )
  })

  it('never turns a fail into a pass when all counts of a quiet recording are scaled', () => {
    const policy = policyOf([{ name: 'errors', kind: 'errors', tolerance: 1 }])
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 2, max: 9 }), (errors, factor) => {
        const scaled = (times: number): Recording =>
          handMade({
            steps: threeSteps,
            cell: (arm) => [(arm === 'canary' ? errors : 2) * times, 400 * times],
          })
        const before = analyze(scaled(1), policy).judged
        const after = analyze(scaled(factor), policy).judged
        expect(`${before} → ${after}`).not.toBe('fail → pass')
      }),
    )
  })

  it('answers in one line under 200 characters without characters that Argo escapes', () => {
    fc.assert(
      fc.property(anyRollout, fc.integer({ min: 120, max: 149 }), (recording, at) => {
        const { summary, reasons, score } = analyze(recording, strict, at)
        expect(summary).toMatch(/^(pass|fail|inconclusive): [^<>&\n]{3,}$/)
        expect(summary.length).toBeLessThan(200)
        expect(score).toBeGreaterThanOrEqual(0)
        expect(score).toBeLessThanOrEqual(100)
        for (const { text } of reasons) expect(text).toMatch(/\S/)
      }),
      { numRuns: 40 },
    )
  })

  it('holds no number that JSON cannot carry', () => {
    fc.assert(
      fc.property(anyRollout, fc.integer({ min: 120, max: 149 }), (recording, at) => {
        const verdict = analyze(recording, strict, at)
        expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict)
      }),
      runs,
    )
  })
})

function reversedPods(recording: Recording): Recording {
  const metrics = Object.fromEntries(
    Object.entries(recording.metrics).map(([name, data]) => [
      name,
      Object.fromEntries(
        Object.entries(data).map(([key, value]) => [
          key,
          Array.isArray(value) && key !== 'bounds' ? value.toReversed() : value,
        ]),
      ),
    ]),
  )
  return parseRecording(
    JSON.parse(JSON.stringify({ ...recording, pods: recording.pods.toReversed(), metrics })),
  )
}
