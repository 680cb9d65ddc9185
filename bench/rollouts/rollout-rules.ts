import type { Policy } from '../../src/engine/model/policy.ts'
import { parsePolicy } from '../../src/formats/policy/parse-policy.ts'
import { guarded } from '../rules/guarded.ts'
import { kayenta } from '../rules/kayenta.ts'
import { pipecd } from '../rules/pipecd.ts'
import type { Rule } from '../rules/rule.ts'
import { sequentialCounts } from '../rules/sequential-counts.ts'
import { staticThresholds } from '../rules/static-thresholds.ts'

/** A rule for whole rollouts: the engine, which ends each step itself, or a rule that only fails or does not fail. */
export interface RolloutRule {
  readonly name: string
  readonly title: string
  /** Absent for the engine. */
  readonly rule?: Rule
  readonly policy: Policy
  /** The rule plays only one in so many rollouts, because it takes long. */
  readonly every: number
}

const policyOf = (pass: string): Policy =>
  parsePolicy(
    `
name: ${pass}
pass: ${pass}
metrics:
  - {name: errors, kind: errors}
  - {name: latency, kind: latency, quantile: 0.95}
  - {name: conversion, kind: conversion}
`,
    pass,
  ).policy

const balanced = policyOf('balanced')
const rival = { policy: balanced, every: 1 }

export const rolloutRules: readonly RolloutRule[] = [
  { name: 'balanced', title: 'balanced', policy: balanced, every: 1 },
  { name: 'strict', title: 'strict', policy: policyOf('strict'), every: 8 },
  { name: 'fast', title: 'fast', policy: policyOf('fast'), every: 4 },
  { name: 'kayenta', title: 'Kayenta', rule: kayenta(false), ...rival },
  { name: 'thresholds', title: 'thresholds', rule: staticThresholds(4), ...rival },
  { name: 'pipecd', title: 'PipeCD', rule: pipecd, ...rival },
  { name: 'sequential', title: 'sequential tests', rule: sequentialCounts, ...rival },
  { name: 'guarded', title: 'guarded rollout', rule: guarded, ...rival },
]
