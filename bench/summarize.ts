import { mean, sampleStandardDeviation } from 'simple-statistics'
import type { AccuracyScenario } from './accuracy-scenarios.ts'
import type { Outcome } from './judge-rollouts.ts'

export interface Estimate {
  readonly value: number
  readonly standardError: number
}

/** One cell of the tables: a rule in a scenario. */
export interface Cell {
  readonly scenario: string
  readonly group: AccuracyScenario['group']
  readonly rule: string
  readonly rollouts: number
  /** For a harmful scenario, the healthy one with the same noise. */
  readonly control?: string
  readonly aborted: Estimate
  /** Absent when nothing was aborted. */
  readonly minutes?: Estimate
  readonly excess?: Estimate
  readonly passedAll: Estimate
  /** Share of the rollouts that passed the step at whose margin the canary is. */
  readonly falsePass?: Estimate
}

export function summarize(
  scenario: AccuracyScenario,
  rule: string,
  outcomes: readonly Outcome[],
  steps: number,
): Cell {
  const { marginOf } = scenario
  const minutes = outcomes.flatMap((outcome) => (outcome.minutes === undefined ? [] : [outcome.minutes]))
  return {
    scenario: scenario.name,
    group: scenario.group,
    rule,
    rollouts: outcomes.length,
    ...(scenario.control === undefined ? {} : { control: scenario.control }),
    aborted: share(outcomes, (outcome) => outcome.minutes !== undefined),
    ...(minutes.length === 0 ? {} : { minutes: meanOf(minutes) }),
    ...(scenario.harm === undefined ? {} : { excess: meanOf(outcomes.map(({ excess }) => excess)) }),
    passedAll: share(
      outcomes,
      ({ minutes: aborted, passed }) => aborted === undefined && passed.length === steps,
    ),
    ...(marginOf === undefined
      ? {}
      : { falsePass: share(outcomes, ({ passed }) => passed.includes(marginOf)) }),
  }
}

function share(outcomes: readonly Outcome[], holds: (outcome: Outcome) => boolean): Estimate {
  const value = outcomes.filter(holds).length / outcomes.length
  return { value, standardError: Math.sqrt((value * (1 - value)) / outcomes.length) }
}

function meanOf(values: readonly number[]): Estimate {
  const deviation = values.length < 2 ? 0 : sampleStandardDeviation([...values])
  return { value: mean([...values]), standardError: deviation / Math.sqrt(values.length) }
}
