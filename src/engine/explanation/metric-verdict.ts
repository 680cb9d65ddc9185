import type { Decided } from '../decision/decide.ts'
import { nextWeight } from '../decision/rules/moment.ts'
import { metricPasses } from '../decision/rules/pass-within-margin.ts'
import type { RunEvidence } from '../decision/gather.ts'
import type { Harm } from './harm-found.ts'
import { kindOf } from '../kinds/kinds.ts'
import { marginFactor } from '../model/margins.ts'
import type { MetricEvidence } from '../evidence/metric-evidence.ts'
import type { MetricPolicy } from '../model/policy.ts'
import type { Uncertainty } from './uncertainty.ts'
import { sawAny } from '../model/saw-any.ts'
import type { MetricVerdict, Outcome, Reason } from '../model/verdict.ts'
import { wholeMinutes } from '../model/words.ts'

/** One metric's numbers at a look, and what they say on their own. */
export function metricVerdict(
  run: RunEvidence,
  metric: MetricEvidence,
  look: Decided,
  open: readonly Uncertainty[],
  harm: Harm | undefined,
): MetricVerdict {
  const { policy } = metric
  const next = nextWeight(look.step)
  const { canary, stable, ratio, bounds, dispersion } = metric.numbers(look.t)
  const pass = metric.pass(next)
  const own = open.find(({ reason }) => reason.metric === policy.name)
  const margin = kindOf(policy).margin(policy, marginFactor(run.policy, next))
  return {
    name: policy.name,
    kind: policy.kind,
    judged: judgedOf(run, metric, look, harm),
    required: policy.required,
    canary,
    stable,
    ...(ratio === undefined ? {} : { ratio }),
    ...(bounds === undefined ? {} : { bounds }),
    evidence: Math.exp(Math.min(metric.harm[look.t] ?? 0, LARGEST_LOG)),
    ...(pass === undefined ? {} : { passEvidence: Math.exp(Math.min(pass[look.t] ?? 0, LARGEST_LOG)) }),
    tolerance: policy.tolerance,
    ...(margin === undefined ? {} : { margin }),
    ...(own?.minutes === undefined ? {} : { neededMinutes: wholeMinutes(own.minutes) }),
    ...(dispersion === undefined ? {} : { dispersion }),
    reasons: [
      ...(harm?.reasons ?? []).filter((reason) => reason.metric === policy.name),
      ...(own === undefined ? [] : [own.reason]),
      ...metric.notes,
    ],
  }
}

/** e-values beyond this are only "very large"; JSON has no infinity. */
const LARGEST_LOG = 690

function judgedOf(run: RunEvidence, metric: MetricEvidence, look: Decided, harm: Harm | undefined): Outcome {
  const { name } = metric.policy
  if (harm?.culprits.some((culprit) => culprit.metric === name) === true) return 'fail'
  const sticky = look.passedAt !== undefined && metric.policy.required
  const hasData = sawAny(metric.canaryCounts, look.t)
  return sticky || (hasData && metricPasses(run, metric, nextWeight(look.step), look.t, look.atGate))
    ? 'pass'
    : 'inconclusive'
}

/** A metric that the recording could not answer for. */
export function withoutData(policy: MetricPolicy, reason: Reason): MetricVerdict {
  return {
    name: policy.name,
    kind: policy.kind,
    judged: 'inconclusive',
    required: policy.required,
    canary: {},
    stable: {},
    evidence: 1,
    tolerance: policy.tolerance,
    reasons: [reason],
  }
}
