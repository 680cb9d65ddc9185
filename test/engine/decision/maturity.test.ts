import { describe, expect, it } from 'vitest'
import { gatherEvidence, type RunEvidence } from '../../../src/engine/decision/gather.ts'
import { maturity } from '../../../src/engine/decision/maturity.ts'
import type { MetricEvidence } from '../../../src/engine/evidence/metric-evidence.ts'
import type { MetricKind } from '../../../src/engine/model/policy.ts'
import { handMade, policyOf } from '../made/recordings.ts'

interface Shown {
  readonly kind?: MetricKind
  readonly watch?: boolean
  readonly judgeableFrom?: number
  readonly counts: readonly number[]
}

const SLICES = 6

/** A run whose metrics had traffic in these slices. */
function runOf(shown: readonly Shown[]): RunEvidence {
  const base = gatherEvidence(
    handMade({ history: 0, slices: SLICES }),
    policyOf([{ name: 'errors', kind: 'errors' }]),
    SLICES - 1,
  )
  const [like] = base.metrics
  if (like === undefined) throw new Error('expected a metric')
  const metrics = shown.map((one): MetricEvidence => {
    const [policy] = policyOf([
      { name: 'm', kind: one.kind ?? 'errors', ...(one.watch === true ? { watch: true } : {}) },
    ]).metrics
    return {
      ...like,
      policy: policy ?? like.policy,
      judgeableFrom: one.judgeableFrom ?? 0,
      canaryCounts: Float64Array.from(one.counts),
    }
  })
  return { ...base, metrics }
}

describe('maturity', () => {
  it('counts slices in which any metric had canary traffic, both ends included', () => {
    const count = maturity(runOf([{ counts: [1, 0, 0, 2, 0, 1] }, { counts: [0, 0, 3, 1, 0, 0] }]))
    expect(count(0, 5, 5)).toBe(4)
    expect(count(2, 3, 5)).toBe(2)
    expect(count(3, 3, 5)).toBe(1)
    expect(count(4, 4, 5)).toBe(0)
    expect(count(5, 4, 5)).toBe(0)
    expect(count(4, 2, 5)).toBe(0)
  })

  it('counts by the metrics known at the look, whatever their order', () => {
    const count = maturity(
      runOf([
        { judgeableFrom: 3, counts: [0, 1, 1, 1, 1, 1] },
        { judgeableFrom: 0, counts: [1, 0, 0, 0, 1, 0] },
      ]),
    )
    expect([count(0, 2, 2), count(0, 3, 3), count(0, 5, 5)]).toEqual([1, 4, 6])
    const late = maturity(runOf([{ judgeableFrom: 4, counts: [1, 1, 1, 1, 1, 1] }]))
    expect([late(0, 3, 3), late(0, 4, 4)]).toEqual([0, 5])
  })

  it('leaves out what is only watched', () => {
    const count = maturity(
      runOf([{ watch: true, counts: [1, 1, 1, 1, 1, 1] }, { counts: [0, 1, 0, 0, 0, 0] }]),
    )
    expect(count(0, 5, 5)).toBe(1)
    expect(maturity(runOf([{ watch: true, counts: [1, 1, 1, 1, 1, 1] }]))(0, 5, 5)).toBe(0)
  })

  it('counts levels only where the policy has nothing but gauges', () => {
    const levels: Shown = { kind: 'gauge', counts: [1, 1, 1, 1, 0, 0] }
    expect(maturity(runOf([levels, { counts: [0, 1, 0, 0, 0, 0] }]))(0, 5, 5)).toBe(1)
    expect(maturity(runOf([levels]))(0, 5, 5)).toBe(4)
  })
})
