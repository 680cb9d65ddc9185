import type { Policy } from '../src/engine/model/policy.ts'
import { parsePolicy } from '../src/formats/policy/parse-policy.ts'

export type PolicyName = 'no-worse' | 'default'

/** Nothing may get worse: every tolerance is "no worse", and memory 10 %; a step passes when it is shown to be so. */
const noWorse = `
name: no-worse
pass: strict
metrics:
  - {name: errors, kind: errors, tolerance: 1}
  - {name: latency, kind: latency, quantile: 0.95, tolerance: 0%}
  - {name: conversion, kind: conversion, tolerance: 0%}
  - {name: memory, kind: gauge, tolerance: 10%}
`

/** What a policy has that says nothing. */
const usual = `
name: default
metrics:
  - {name: errors, kind: errors}
  - {name: latency, kind: latency, quantile: 0.95}
  - {name: conversion, kind: conversion}
  - {name: memory, kind: gauge}
`

export const policies: Readonly<Record<PolicyName, Policy>> = {
  'no-worse': parsePolicy(noWorse, 'no-worse').policy,
  default: parsePolicy(usual, 'default').policy,
}
