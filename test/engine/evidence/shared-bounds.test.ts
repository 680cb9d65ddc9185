import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyze } from '../../../src/engine/analyze.ts'
import { createSharedBounds } from '../../../src/engine/evidence/shared-bounds.ts'
import type { LatencyData, Recording } from '../../../src/engine/model/recording.ts'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import { effects } from '../../../src/simulate/effect.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'

const { policy } = parsePolicy(`
name: quantiles
metrics:
  - {name: p50, kind: latency, quantile: 0.5}
  - {name: p95, kind: latency, quantile: 0.95}
  - {name: p99, kind: latency, quantile: 0.99, limit: 1s}
`)

/** A rollout whose quantiles are of one histogram, with the same rows or with copies. */
function rollout(
  seed: number,
  effect: keyof typeof effects,
  copy: (data: LatencyData) => LatencyData,
): Recording {
  const recording = simulateRollout({ seed, effect: effects[effect], metrics: { latency: 'latency' } })
  const data = recording.metrics['latency']
  if (data?.kind !== 'latency') throw new Error('expected a latency')
  // the source chooses fewer bounds for one quantile than for another
  const few = { ...data, bounds: data.bounds.slice(1), above: data.above.map((pod) => pod && pod.slice(1)) }
  return { ...recording, metrics: { p50: data, p95: copy(few), p99: copy(data) } }
}

describe('analyze of several quantiles of one histogram', () => {
  it('gives the same verdict whether they share their rows or have copies', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom<keyof typeof effects>('none', 'bad-pod'), (seed, effect) => {
        const shared = analyze(
          rollout(seed, effect, (data) => data),
          policy,
        )
        expect(shared).toEqual(analyze(rollout(seed, effect, structuredClone), policy))
      }),
      { numRuns: 5 },
    )
  })
})

describe('createSharedBounds', () => {
  const rows = { kind: 'latency', bounds: [1, 2], total: [[9]], above: [[[3], [4]]] } as const
  const other = { ...rows, bounds: [2], above: [[rows.above[0][1]]] }

  it('makes a value once for the same rows and settings, at whatever index the bound is', () => {
    const { counts } = createSharedBounds()
    let made = 0
    const make = () => {
      made += 1
      return { canary: nothing, stable: nothing }
    }
    const first = counts({ data: rows, index: 1, settings: [5] }, make)
    expect(counts({ data: other, index: 0, settings: [5] }, make)).toBe(first)
    expect(made).toBe(1)
    expect(counts({ data: rows, index: 0, settings: [5] }, make)).not.toBe(first)
    expect(counts({ data: rows, index: 1, settings: [6] }, make)).not.toBe(first)
    expect(counts({ data: structuredClone(rows), index: 1, settings: [5] }, make)).not.toBe(first)
  })
})

const none = new Float64Array(0)
const nothing = { events: none, requests: none, pods: none }
