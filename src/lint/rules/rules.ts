import type { FileRule, Rule } from '../model/rule.ts'
import { backgroundAnalysis } from './argo/background-analysis.ts'
import { inconclusivePasses } from './argo/inconclusive-passes.ts'
import { judgeRequest } from './argo/judge-request.ts'
import { nothingFails } from './argo/nothing-fails.ts'
import { swappedArms } from './argo/swapped-arms.ts'
import { blindCanary } from './both/blind-canary.ts'
import { fixedThreshold } from './both/fixed-threshold.ts'
import { fullWeight } from './both/full-weight.ts'
import { labelsNotFound } from './both/labels-not-found.ts'
import { looksEndEarly } from './both/looks-end-early.ts'
import { missingArmLabels } from './pods/missing-arm-labels.ts'
import { missingProbe } from './pods/missing-probe.ts'
import { noProgressDeadline } from './both/no-progress-deadline.ts'
import { selectedUsers } from './both/selected-users.ts'
import { stepsDiffer } from './both/steps-differ.ts'
import { tooFast } from './both/too-fast.ts'
import { unreadable } from './files/unreadable.ts'
import { unrendered } from './files/unrendered.ts'
import { builtinMetricsRule } from './flagger/builtin-metrics.ts'
import { hookMetadata } from './flagger/hook-metadata.ts'
import { hookTimeouts } from './flagger/hook-timeouts.ts'
import { metricQuery } from './flagger/metric-query.ts'
import { missingHook } from './flagger/missing-hook.ts'
import { slowRollback } from './flagger/slow-rollback.ts'
import { wrongHookType } from './flagger/wrong-hook-type.ts'
import { policyMistake } from './policies/policy-mistake.ts'
import { policyWarning } from './policies/policy-warning.ts'

/** Every rule that looks at a manifest, in the order of the page. */
export const rules: readonly Rule[] = [
  blindCanary,
  tooFast,
  fullWeight,
  noProgressDeadline,
  selectedUsers,
  fixedThreshold,
  missingProbe,
  missingArmLabels,
  looksEndEarly,
  stepsDiffer,
  labelsNotFound,
  nothingFails,
  inconclusivePasses,
  backgroundAnalysis,
  judgeRequest,
  swappedArms,
  slowRollback,
  missingHook,
  wrongHookType,
  hookMetadata,
  hookTimeouts,
  builtinMetricsRule,
  metricQuery,
  policyMistake,
  policyWarning,
]

/** All rules, with those about files that cannot be read. */
export const allRules: readonly FileRule[] = [...rules, unreadable, unrendered]
