import { describe, expect, it } from 'vitest'
import { analyze } from '../../src/engine/analyze.ts'
import type { Recording, Sample } from '../../src/engine/model/recording.ts'
import { outcomesBySlice } from '../../src/engine/outcomes-by-slice.ts'
import { noises } from '../../src/simulate/noise.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { handMade, onlyErrors, policyOf, strict, strictNames, threeSteps, until } from './made/recordings.ts'

/** The recording without samples of any pod in the given slices. */
function silentIn(recording: Recording, from: number, to: number): Recording {
  const hush = (row: readonly Sample[] | null): readonly Sample[] | null =>
    row && row.map((value, k) => (k >= from && k < to ? null : value))
  const { errors } = recording.metrics
  if (errors?.kind !== 'errors') throw new Error('expected errors')
  return {
    ...recording,
    metrics: {
      ...recording.metrics,
      errors: { ...errors, bad: errors.bad.map(hush), total: errors.total.map(hush) },
    },
  }
}

function gaugeOf(history: number, levels: readonly (readonly Sample[])[]): Recording {
  const slices = levels[0]?.length ?? 0
  return {
    format: 'canary-judge/recording/1',
    sliceSeconds: 60,
    start: '2026-01-05T10:00:00Z',
    slices,
    rolloutStart: history,
    pods: levels.map((_, j) => ({ name: `p${j}`, arm: j < 4 ? 'stable' : 'canary' })),
    metrics: { memory: { kind: 'gauge', value: levels } },
  }
}

const memory = policyOf([{ name: 'memory', kind: 'gauge', tolerance: 1.1, margin: 1.3, required: true }])

describe('analyze', () => {
  it('bears an outage in a history of bursts, where no pod is expected to have any event', () => {
    const bursty = simulateRollout({ seed: 3, noise: noises.bursty, metrics: strictNames })
    const verdict = analyze(silentIn(bursty, 40, 45), strict)
    expect(verdict.metrics[0]?.dispersion).toBeGreaterThan(1)
  })

  it.each([1, 0])('bears requests of which every one is the same: share %s', (share) => {
    const all = handMade({ history: 70, slices: 100, stablePods: 1, cell: () => [200 * share, 200] })
    const conversion: Recording = {
      ...all,
      metrics: {
        conversion: {
          kind: 'conversion',
          good: all.pods.map(() => Array.from({ length: 100 }, () => 200 * share)),
          total: all.pods.map(() => Array.from({ length: 100 }, () => 200)),
        },
      },
    }
    const policy = policyOf([{ name: 'conversion', kind: 'conversion' }])
    expect(analyze(conversion, policy).judged).not.toBe('fail')
  })

  it('leaves out counts too large to be any, and names them', () => {
    const huge = handMade({
      slices: 140,
      cell: (_arm, pod, k) => (pod === 0 && k > 130 ? [1, 1e300] : [1, 200]),
    })
    const verdict = analyze(huge, onlyErrors)
    expect(verdict.reasons).toContainEqual({
      code: 'bad-samples',
      metric: 'errors',
      text: 'errors: left out 9 too large samples',
    })
    expect(verdict.metrics[0]?.stable.of).toBe(20 * 200 * 4 - 9 * 200)
  })

  it('takes a billionth of a request for none', () => {
    const dust = handMade({ slices: 140, cell: (_arm, pod) => (pod === 0 ? [1e-10, 1e-10] : [1, 200]) })
    expect(analyze(dust, onlyErrors).metrics[0]?.stable.of).toBe(3 * 200 * 20)
  })

  it('keeps control characters and half characters out of the summary', () => {
    const text = `\u0007a\u2028b ${'😀'.repeat(150)}`
    const recording = {
      ...handMade({ slices: 125 }),
      metrics: {},
      problems: [{ code: 'source-down' as const, metric: 'errors', text }],
    }
    const { summary } = analyze(recording, onlyErrors)
    expect(summary).toMatch(/^inconclusive: a b 😀+\.\.\.$/u)
    expect(summary.length).toBeLessThan(200)
  })

  it('chooses a scale for levels by stable alone, before the rollout', () => {
    const flat = (value: number, from = 0): readonly Sample[] =>
      Array.from({ length: 90 }, (_, k) => (k < from ? null : value + (k % 3) / 100))
    // at slice 80 the canary reports a level of zero
    const canary = flat(2, 60).map((value, k) => (k === 80 ? 0 : value))
    const recording = gaugeOf(60, [flat(1), flat(1.01), flat(0.99), flat(1), canary])
    for (const at of [60, 75, 79, 80, 89]) {
      expect(analyze(until(recording, at), memory, at)).toEqual(analyze(recording, memory, at))
    }
    expect(analyze(recording, memory).reasons).toContainEqual({
      code: 'bad-samples',
      metric: 'memory',
      text: 'memory: left out 1 zero or negative sample',
    })
  })

  it('has no scale for levels until stable is above zero', () => {
    const idle = Array.from({ length: 40 }, (_, k) => (k < 15 ? 0 : 3))
    const recording = gaugeOf(10, [idle, idle, idle, idle, Array.from({ length: 40 }, () => 3)])
    expect(analyze(recording, memory, 14).reasons[0]?.code).toBe('all-zero-stable')
    expect(analyze(recording, memory, 15).reasons[0]?.code).not.toBe('all-zero-stable')
    const { looks } = outcomesBySlice(recording, memory)
    expect(looks.slice(0, 5).every(({ judged }) => judged === 'inconclusive')).toBe(true)
  })

  it.each([
    ['no-canary-data', [1, 1, 1, 1, null]],
    ['no-stable-data', [null, null, null, null, 1]],
  ] as const)('says which arm of a level is silent: %s', (code, values) => {
    const rows = values.map((value) => Array.from({ length: 20 }, () => value))
    expect(analyze(gaugeOf(10, rows), memory).reasons[0]?.code).toBe(code)
  })

  it('warms a known-by-arm canary up at its birth, whether or not steps come later', () => {
    const base = handMade({ history: 60, slices: 90, stablePods: 1, canaryPods: 1, cell: () => [2, 200] })
    const pods = base.pods.map((pod) => ({ ...pod, aggregate: true }))
    const late = { ...base, pods, gates: 1, steps: [{ slice: 80, ends: 90, weight: 20, next: 100 }] }
    const at = 75
    expect(analyze({ ...late, steps: [] }, onlyErrors, at).metrics).toEqual(
      analyze(late, onlyErrors, at).metrics,
    )
    expect(analyze(late, onlyErrors, at).metrics[0]?.canary.of).toBe(200 * 13)
  })

  it('knows of gates before the first step has begun', () => {
    const before = handMade({ slices: 140, cell: () => [0, 9000] })
    expect(analyze(before, onlyErrors).judged).toBe('pass')
    const planned = { ...before, gates: 3, steps: [] }
    expect(analyze(planned, onlyErrors).judged).toBe('inconclusive')
    expect(analyze({ ...planned, steps: threeSteps }, onlyErrors).step?.index).toBe(1)
  })
})
