import type { Policy } from '../../src/engine/model/policy.ts'
import type { Outcome, Verdict } from '../../src/engine/model/verdict.ts'
import { parsePolicyObject } from '../../src/formats/policy/parse-policy.ts'

export const aPolicy = (change: Partial<Policy> = {}): Policy => ({
  ...parsePolicyObject({ name: 'web', metrics: [{ name: 'errors', kind: 'errors' }] }).policy,
  ...change,
})

export const aVerdictOf = (judged: Outcome, change: Partial<Verdict> = {}): Verdict => ({
  judged,
  verdict: judged,
  score: 40,
  summary: `${judged}: because`,
  reasons: [],
  metrics: [],
  window: { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T10:05:00.000Z', at: 4 },
  ...change,
})
