import type { Policy } from '../src/engine/model/policy.ts'
import { parsePolicy } from '../src/formats/policy/parse-policy.ts'

export type PolicyName = 'no-worse' | 'default'

/** Every tolerance is "no worse", and 10 % for memory. A step passes when the canary is shown to be so. */
const noWorse = `
name: no-worse
pass: strict
metrics:
  - {name: errors, kind: errors, tolerance: 1}
  - {name: latency, kind: latency, quantile: 0.95, tolerance: 0%}
  - {name: conversion, kind: conversion, tolerance: 0%}
  - {name: memory, kind: gauge, tolerance: 10%}
`

/** A policy that sets only what it must, so that everything else has its default. */
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
