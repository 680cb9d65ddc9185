import { describe, expect, it } from 'vitest'
import type { Policy } from '../../src/engine/model/policy.ts'
import type { Recording, Sample } from '../../src/engine/model/recording.ts'
import { outcomesBySlice } from '../../src/engine/outcomes-by-slice.ts'
import { noises } from '../../src/simulate/noise.ts'
import { simulateRollout, type RolloutOptions } from '../../src/simulate/simulate-rollout.ts'
import { policyOf } from './made/recordings.ts'

/** The share of healthy rollouts that fail. */
function failing(rollouts: number, policy: Policy, made: (seed: number) => Recording): number {
  let fails = 0
  for (let seed = 0; seed < rollouts; seed++) {
    if (outcomesBySlice(made(seed), policy).firstFail !== undefined) fails++
  }
  return fails / rollouts
}

const promised = 0.05
const withTwoErrors = (share: number, rollouts: number): number =>
  share + 2 * Math.sqrt((share * (1 - share)) / rollouts)

const memory = (tolerance: string): Policy =>
  policyOf([{ name: 'memory', kind: 'gauge', tolerance }], { pass: 'balanced' })
const onlyMemory = (options: RolloutOptions): Recording =>
  simulateRollout({ ...options, metrics: { memory: 'memory' } })

/** The canary's pods first use less memory; the difference falls by a factor of e in every so many minutes. */
function filling(recording: Recording, missing: number, minutes: number): Recording {
  const { memory: data } = recording.metrics
  if (data?.kind !== 'gauge') throw new Error('expected memory')
  const filled = (row: readonly Sample[]): readonly Sample[] => {
    const born = row.findIndex((level) => level !== null)
    return row.map((level, slice) => level && level * (1 - missing * Math.exp((born - slice) / minutes)))
  }
  const value = data.value.map((row, pod) =>
    recording.pods[pod]?.arm === 'canary' ? row && filled(row) : row,
  )
  return { ...recording, metrics: { memory: { ...data, value } } }
}

describe('false aborts by a gauge', () => {
  it.each([
    [3, '25%'],
    [5, '25%'],
    [3, '10%'],
    [5, '10%'],
  ])(
    'are next to none while a cache fills with a time constant of %s minutes, at a tolerance of %s',
    (minutes, tolerance) => {
      const share = failing(300, memory(tolerance), (seed) =>
        filling(onlyMemory({ seed, noise: noises.none }), 0.3, minutes),
      )
      expect(share).toBe(0)
      const noisy = failing(300, memory(tolerance), (seed) => filling(onlyMemory({ seed }), 0.3, minutes))
      expect(noisy).toBeLessThanOrEqual(0.02)
    },
  )

  const onePod = [5, 25, 50].map((weight) => ({ weight, minutes: 10, pods: 1 }))
  it.each([
    [0.3, 0],
    [0.4, 0],
    [0.5, 0],
    [0.3, 0.5],
    [0.5, 0.5],
    [0.3, 0.9],
  ])(
    'stay within the promise where levels stray by %s from minute to minute, %s of it lasting, and nothing teaches so',
    (sd, rho) => {
      const noise = { ...noises.quiet, memory: { podSd: 0.04, sd, rho } }
      const hidden = failing(300, memory('25%'), (seed) =>
        onlyMemory({ seed, noise, stablePods: 1, plan: onePod, podLabels: false }),
      )
      const short = failing(300, memory('25%'), (seed) =>
        onlyMemory({ seed, noise, stablePods: 1, plan: onePod, history: 10 }),
      )
      expect(Math.max(hidden, short)).toBeLessThanOrEqual(withTwoErrors(promised, 300))
    },
  )
})

describe('false aborts by errors of arms without pods, in bursts', () => {
  it.each(['balanced', 'strict'])('stay within the promise under pass: %s', (pass) => {
    const policy = policyOf([{ name: 'errors', kind: 'errors' }], { pass })
    const share = failing(400, policy, (seed) =>
      simulateRollout({ seed, noise: noises.bursty, podLabels: false, metrics: { errors: 'errors' } }),
    )
    expect(share).toBeLessThanOrEqual(withTwoErrors(promised, 400))
  })
})
