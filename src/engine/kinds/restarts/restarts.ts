import type { Kind } from '../kind.ts'
import { restartsEvidence, restartsOf } from './restarts-evidence.ts'
import type { RestartsPolicy } from '../../model/policy.ts'
import type { RestartsData } from '../../model/recording.ts'

/**
 * How often the containers of each pod restart. A canary need not prove that it never restarts, but it cannot pass
 * while it keeps restarting.
 */
export const restarts = {
  defaults: { required: false, tolerance: 1 },
  noWorse: 1,
  evidenceShare: 0.1,
  gateShare: 0,
  evidence: restartsEvidence,
  absoluteRules: () => [],
  margin: () => undefined,
  worse: ({ name }, { canary, stable }) =>
    `${name}: the canary restarts again and again, ${restartsOf('canary', canary)}, ${restartsOf('stable', stable)}`,
  ruledOut: () => undefined,
  notRuledOut: ({ name }) => name,
  range: () => '',
} as const satisfies Kind<RestartsPolicy, RestartsData>
