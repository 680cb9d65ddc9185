import { describe, expect, test } from 'vitest'
import { accuracyScenarios } from '../../bench/accuracy-scenarios.ts'
import { judgeRollouts } from '../../bench/judge-rollouts.ts'
import { policies } from '../../bench/policies.ts'
import { rules } from '../../bench/rules/rules.ts'
import { summarize } from '../../bench/summarize.ts'
import type { Policy } from '../../src/engine/model/policy.ts'

const rollouts = 40

const balanced = { ...policies['no-worse'], pass: 'balanced' } as const

/** A short benchmark with a fixed seed: only a change of the code can make it fail, never chance. */
function cell(name: string, policy: Policy = balanced) {
  const scenario = accuracyScenarios(policy).find((candidate) => candidate.name === name)
  if (scenario === undefined) throw new Error(`expected a scenario, got ${name}`)
  const engine = rules.filter((rule) => rule.name === 'engine')
  const batch = { scenario, policy, rules: engine, seed: 'short', from: 0, to: rollouts }
  return summarize(scenario, 'engine', judgeRollouts(batch), 3)
}

describe('accuracy of the engine, no-worse policy', () => {
  // with a false-abort rate of .05, 5 or more in 40 have a chance of about 1 in 20
  test.each(['quiet', 'bursty', 'diurnal', 'low-traffic', 'outage-60', 'cold-start'])(
    'a healthy canary is aborted in at most 4 of 40 rollouts: %s',
    (name) => {
      expect(cell(name).aborted.value * rollouts).toBeLessThanOrEqual(4)
    },
  )

  test('a healthy canary passes every gate by minute 30 in at least 24 of 40 quiet rollouts', () => {
    expect(cell('quiet').passedAll.value * rollouts).toBeGreaterThanOrEqual(24)
  })

  // minutes: the goal of the full benchmark, and three standard errors of 40 rollouts
  test.each([
    ['errors-x2', 20],
    ['errors-x10', 5.5],
    ['errors-x3-bursty', 18],
    ['latency-25', 6],
    ['crash', 1],
    ['bad-pod', 8],
    ['leak', 15],
    ['conversion-20', 18],
  ])(
    'a bad canary is missed in at most 1 of 40 rollouts: %s, within %d minutes on average',
    (name, minutes) => {
      const { aborted, minutes: found } = cell(name)
      expect((1 - aborted.value) * rollouts).toBeLessThan(1.5)
      expect(found?.value).toBeLessThanOrEqual(minutes)
    },
  )

  // balanced passes a step without a sign of harm; only strict promises that harm beyond the margin is ruled out
  const proven = policies['no-worse']
  test.each(['margin-errors-at-5', 'margin-latency-at-25', 'margin-conversion-at-50'])(
    'pass: strict: a canary at the margin passes its step in at most 6 of 40 rollouts: %s',
    (name) => {
      expect((cell(name, proven).falsePass?.value ?? 1) * rollouts).toBeLessThanOrEqual(6)
    },
  )
})
