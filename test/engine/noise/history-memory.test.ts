import { hash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyze } from '../../../src/engine/analyze.ts'
import { createHistoryMemory } from '../../../src/engine/noise/history-memory.ts'
import { createLru } from '../../../src/lru.ts'
import { effects } from '../../../src/simulate/effect.ts'
import { noises } from '../../../src/simulate/noise.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { anyRun } from '../made/any-run.ts'
import { strict, strictNames, until } from '../made/recordings.ts'

const digest = (numbers: Float64Array): string => hash('sha256', new Uint8Array(numbers.buffer))
const covariance = { lasting: 0, clump: 0, autocovariance: [1, 0, 0, 0, 0, 0, 0] } as const

describe('analyze with a memory', () => {
  it('gives the same verdict to the bit at every look of every rollout', () => {
    const memory = createHistoryMemory(digest, () => createLru(30))
    const anyNoise = fc.constantFrom(noises.quiet, noises.bursty, noises.diurnal)
    fc.assert(
      fc.property(fc.nat(), anyNoise, fc.constantFrom(...Object.values(effects)), (seed, noise, effect) => {
        const whole = simulateRollout({
          seed,
          noise,
          effect,
          traffic: { rps: 5, podSd: 0.1 },
          metrics: strictNames,
        })
        for (const at of [121, 122, 128, 149]) {
          const recording = until(whole, at)
          expect(analyze(recording, strict, at, memory)).toEqual(analyze(recording, strict, at))
        }
      }),
      { numRuns: 4 },
    )
  })

  it('gives the same verdict on hostile data', () => {
    const memory = createHistoryMemory(digest, () => createLru(1000))
    fc.assert(
      fc.property(anyRun, ({ recording, policy }) => {
        fc.pre(recording.slices > 0)
        const at = recording.slices - 1
        expect(analyze(recording, policy, at, memory)).toEqual(analyze(recording, policy))
        expect(analyze(recording, policy, at, memory)).toEqual(analyze(recording, policy))
      }),
      { numRuns: 100 },
    )
  })

  it('learns from the history of a run once', () => {
    let learned = 0
    const memory = createHistoryMemory(digest, () => createLru(100))
    const counting = {
      ...memory,
      levels: (history: Parameters<typeof memory.levels>[0], learn: Parameters<typeof memory.levels>[1]) =>
        memory.levels(history, () => {
          learned += 1
          return learn()
        }),
    }
    const whole = simulateRollout({ seed: 1, metrics: strictNames })
    for (const at of [125, 126, 149]) analyze(until(whole, at), strict, at, counting)
    expect(learned).toBe(strict.metrics.filter(({ kind }) => kind === 'gauge').length)
  })
})

describe('createHistoryMemory', () => {
  const recalled = (
    memory: ReturnType<typeof createHistoryMemory>,
    rows: readonly (readonly number[])[],
    settings: readonly number[] = [],
  ): boolean => {
    let known = true
    memory.covariance({ rows: rows.map((row) => Float64Array.from(row)), slices: 2, settings }, () => {
      known = false
      return covariance
    })
    return known
  }

  it('tells histories apart by their numbers, their number of rows and the settings', () => {
    const memory = createHistoryMemory(digest, () => createLru(100))
    const rows = [
      [1, 2],
      [3, 4],
    ]
    expect(recalled(memory, rows)).toBe(false)
    expect(recalled(memory, rows)).toBe(true)
    // what comes after history does not count
    expect(
      recalled(memory, [
        [1, 2, 9],
        [3, 4],
      ]),
    ).toBe(true)
    expect(
      recalled(memory, [
        [1, 2],
        [3, 5],
      ]),
    ).toBe(false)
    expect(recalled(memory, rows, [0.05])).toBe(false)
    expect(recalled(memory, [[1, 2]])).toBe(false)
  })

  it('forgets what was unused for longest', () => {
    const memory = createHistoryMemory(digest, () => createLru(2))
    for (const first of [1, 2, 1, 3]) recalled(memory, [[first, 0]])
    expect(recalled(memory, [[1, 0]])).toBe(true)
    expect(recalled(memory, [[2, 0]])).toBe(false)
  })
})
