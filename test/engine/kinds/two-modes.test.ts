import { describe, expect, it } from 'vitest'
import { latencyEvidence } from '../../../src/engine/kinds/latency/latency-evidence.ts'
import type { MetricEvidence } from '../../../src/engine/evidence/metric-evidence.ts'
import type { Arm } from '../../../src/engine/model/recording.ts'
import { latencyContext, latencyTable } from '../made/latency-table.ts'
import { latencyPolicy } from '../made/metric-policies.ts'

const options = { history: 70, slices: 40 }
const LAST = 39

function evidenceOf(stable: readonly number[], canary: readonly number[]): MetricEvidence {
  const shares = (arm: Arm): readonly number[] => (arm === 'canary' ? canary : stable)
  const { data, pods } = latencyTable({ ...options, shares })
  const found = latencyEvidence(latencyPolicy(), data, latencyContext(pods, options, 2))
  if ('code' in found) throw new Error(found.text)
  return found
}

const tooFar =
  'p95: bucket bounds are too far apart to show it within the margin, add some between 300 ms and 500 ms'

describe('latencyEvidence of a slow mode between the bounds of 300 and 500 ms', () => {
  const stable = [0.9, 0.5, 0.14, 0.06, 0.003, 0.0001]

  it('passes a canary that is alike', () => {
    const alike = evidenceOf(stable, stable)
    expect(alike.pass(25)?.at(-1)).toBeGreaterThan(Math.log(100))
    expect(alike.passP(25, LAST)).toBeLessThan(0.04)
    expect(alike.whyUndecidable?.(25, LAST)).toBeUndefined()
    expect(alike.minutesToPass(100, 5, 0.05)).toBeLessThan(1e6)
  })

  it('does not pass one that is slower beyond the quantile alone, and says that bounds are too far apart', () => {
    const slower = evidenceOf(stable, [0.9, 0.5, 0.14, 0.06, 0.05, 0.003])
    expect(slower.pass(100)?.at(-1)).toBeLessThanOrEqual(0)
    expect(slower.passP(100, LAST)).toBeUndefined()
    expect(slower.minutesToPass(100, LAST, 0.05)).toBe(Infinity)
    expect(slower.whyUndecidable?.(100, LAST)).toBe(tooFar)
    // no bound near the quantile makes it fail
    expect(slower.harm.at(-1)).toBeLessThan(Math.log(10))
  })

  it('passes one with a few more very slow requests, which change no p95', () => {
    const tail = evidenceOf(stable, [0.9, 0.5, 0.14, 0.06, 0.004, 0.001])
    expect(tail.passP(25, LAST)).toBeLessThan(0.04)
  })
})

describe('latencyEvidence of a slow mode that no bound divides', () => {
  const stable = [0.5, 0.2, 0.2, 0.2, 0, 0]

  it('is not within its margin by the shape of a curve that no bucket shows', () => {
    const alike = evidenceOf(stable, stable)
    expect(alike.pass(100)?.at(-1)).toBeLessThan(Math.log(2))
    expect(alike.passP(100, LAST)).toBeGreaterThan(0.05)
    expect(alike.whyUndecidable?.(100, LAST)).toBe(tooFar)
  })
})
