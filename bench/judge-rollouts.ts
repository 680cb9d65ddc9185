import type { AccuracyScenario } from './accuracy-scenarios.ts'
import { excessHarm } from './excess-harm.ts'
import type { NamedRule } from './rules/rules.ts'
import type { Policy } from '../src/engine/model/policy.ts'
import { simulateRollout } from '../src/simulate/simulate-rollout.ts'

/** What one rule did with one rollout. */
export interface Outcome {
  readonly rule: string
  /** Minutes from the rollout's start to the abort; absent if there was none. */
  readonly minutes?: number
  /** 0 in a scenario without harm. */
  readonly excess: number
  /** Weights of the steps that passed. */
  readonly passed: readonly number[]
}

export interface Batch {
  readonly scenario: AccuracyScenario
  readonly policy: Policy
  readonly rules: readonly NamedRule[]
  readonly seed: string
  /** The first rollout number; `to` is the number after the last one. */
  readonly from: number
  readonly to: number
}

/** Rollout i of a scenario is the same in every run with the same seed, however the work is split. */
export function judgeRollouts({ scenario, policy, rules, seed, from, to }: Batch): readonly Outcome[] {
  const outcomes: Outcome[] = []
  for (let number = from; number < to; number++) {
    const { noise, effect, traffic } = scenario
    const recording = simulateRollout({ seed: `${seed} ${scenario.name} ${number}`, noise, effect, traffic })
    for (const { name, rule } of rules) {
      const { failAt, passed } = rule(recording, policy)
      const until = failAt ?? recording.slices - 1
      outcomes.push({
        rule: name,
        ...(failAt === undefined
          ? {}
          : { minutes: ((failAt + 1 - recording.rolloutStart) * recording.sliceSeconds) / 60 }),
        excess: scenario.harm === undefined ? 0 : excessHarm(recording, scenario.harm, until),
        passed: passed.map(({ weight }) => weight),
      })
    }
  }
  return outcomes
}
