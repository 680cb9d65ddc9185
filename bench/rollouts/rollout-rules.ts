import type { Policy } from '../../src/engine/model/policy.ts'
import { parsePolicy } from '../../src/formats/policy/parse-policy.ts'
import { guarded } from '../rules/guarded.ts'
import { kayenta } from '../rules/kayenta.ts'
import { pipecd } from '../rules/pipecd.ts'
import type { Rule } from '../rules/rule.ts'
import { sequentialCounts } from '../rules/sequential-counts.ts'
import { staticThresholds } from '../rules/static-thresholds.ts'

/** A rule of a whole rollout: the engine's, whose steps end when it says so, or one that fails or lets go on. */
export interface RolloutRule {
  readonly name: string
  readonly title: string
  /** Absent: the engine's own. */
  readonly rule?: Rule
  readonly policy: Policy
  /** It takes part in every so many rollouts: what costs time of its own needs no more. */
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
