import { describe, expect, it } from 'vitest'
import { seriesRollout, type SeriesRollout, seriesWorlds } from '../../bench/series/series-worlds.ts'
import { outcomesBySlice } from '../../src/engine/outcomes-by-slice.ts'
import { policyOf } from './made/recordings.ts'

const rollouts = 150
const policy = policyOf([{ name: 'orders', kind: 'series', harm: 'up' }], { pass: 'balanced' })

/** The share of rollouts that fail at any look. */
function failing(made: Omit<SeriesRollout, 'seed'>, by = policy): number {
  const seeds = Array.from({ length: rollouts }, (_, seed) => `rates ${seed}`)
  const failed = seeds.filter(
    (seed) => outcomesBySlice(seriesRollout({ seed, ...made }), by).firstFail !== undefined,
  )
  return failed.length / rollouts
}

const withTwoErrors = (share: number): number => share + 2 * Math.sqrt((share * (1 - share)) / rollouts)

describe('false aborts by a series, whole rollouts with a look every minute', () => {
  it.each(Object.entries(seriesWorlds))('%s: at most what the policy promises', (name, world) => {
    expect(failing({ world })).toBeLessThanOrEqual(withTwoErrors(name.startsWith('quiet') ? 0.02 : 0.05))
  })

  it('noisy, correlation .95: at most that over four hours without steps', () => {
    const world = seriesWorlds['noisy, correlation .95']
    expect(failing({ world, slices: 240, steps: false })).toBeLessThanOrEqual(withTwoErrors(0.05))
  })

  it('less is worse: at most the same', () => {
    const down = policyOf([{ name: 'orders', kind: 'series', harm: 'down' }], { pass: 'balanced' })
    expect(failing({ world: { spread: 0.2, correlation: 0.95 } }, down)).toBeLessThanOrEqual(
      withTwoErrors(0.05),
    )
  })

  it('a difference of values around zero: at most the same', () => {
    const metric = { name: 'orders', kind: 'series', harm: 'up', compare: 'difference', tolerance: 0.1 }
    const recordings = Array.from({ length: rollouts }, (_, seed) =>
      seriesRollout({ seed: `zero ${seed}`, world: { spread: 0.2, correlation: 0.9 } }),
    )
    const failed = recordings.filter((recording) => {
      const { orders } = recording.metrics
      if (orders?.kind !== 'series') throw new Error('expected a series')
      const value = orders.value.map((row) => row && row.map((y) => y && Math.log(y)))
      const around = { ...recording, metrics: { orders: { kind: 'series' as const, value } } }
      return outcomesBySlice(around, policyOf([metric])).firstFail !== undefined
    })
    expect(failed.length / rollouts).toBeLessThanOrEqual(withTwoErrors(0.05))
  })
})

describe('harm that a series finds', () => {
  it.each([
    ['quiet, correlation .5', 1.25, 0.75],
    ['quiet, correlation .95', 2, 0.95],
    ['counts, fewer in the canary', 2, 0.95],
    ['canary three times as noisy', 2, 0.95],
    ['heavy tails', 2, 0.95],
    ['a third of the values missing', 2, 0.95],
  ] as const)('%s: at %d times stable at least this share', (name, effect, share) => {
    expect(failing({ world: seriesWorlds[name], effect })).toBeGreaterThan(share)
  })
})
