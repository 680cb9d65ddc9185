import type { Decided } from '../decision/decide.ts'
import { nextWeight } from '../decision/rules/moment.ts'
import { metricPasses } from '../decision/rules/pass-within-margin.ts'
import { isRequired } from '../decision/required-metrics.ts'
import type { RunEvidence } from '../decision/gather.ts'
import type { Harm } from './harm-found.ts'
import { kindOf } from '../kinds/kinds.ts'
import { marginFactor } from '../model/margins.ts'
import type { MetricEvidence } from '../evidence/metric-evidence.ts'
import type { MetricPolicy } from '../model/policy.ts'
import type { Findings } from './summary.ts'
import { answerOf } from './winner.ts'
import { sawAny } from '../model/saw-any.ts'
import type { MetricVerdict, Outcome, Reason } from '../model/verdict.ts'
import { wholeMinutes } from '../model/words.ts'

/** The numbers of one metric at a look, and what they show on their own. */
export function metricVerdict(
  run: RunEvidence,
  metric: MetricEvidence,
  look: Decided,
  { open, harm, comparison }: Findings,
): MetricVerdict {
  const { policy } = metric
  const own = open.find(({ reason }) => reason.metric === policy.name)
  const { canary, stable, ratio, difference, bounds, dispersion, ...numbers } = evidenceNumbers(
    run,
    metric,
    nextWeight(look.step),
    look.t,
  )
  return {
    name: policy.name,
    kind: policy.kind,
    judged: judgedOf(run, metric, look, harm),
    ...(comparison && { winner: answerOf(comparison, metric) }),
    required: policy.required,
    canary,
    stable,
    ...(ratio === undefined ? {} : { ratio }),
    ...(difference === undefined ? {} : { difference }),
    ...harmOf(policy),
    ...(bounds === undefined ? {} : { bounds }),
    ...numbers,
    ...(own?.minutes === undefined ? {} : { neededMinutes: wholeMinutes(own.minutes) }),
    ...(dispersion === undefined ? {} : { dispersion }),
    reasons: [
      ...(harm?.reasons ?? []).filter((reason) => reason.metric === policy.name),
      ...(own === undefined ? [] : [own.reason]),
      ...metric.notes,
    ],
  }
}

type EvidenceNumbers = Pick<
  MetricVerdict,
  | 'canary'
  | 'stable'
  | 'ratio'
  | 'difference'
  | 'bounds'
  | 'dispersion'
  | 'evidence'
  | 'passEvidence'
  | 'tolerance'
  | 'margin'
>

/** What a metric has shown up to slice `t`, at a step that leads to the weight `next`. */
export function evidenceNumbers(
  run: RunEvidence,
  metric: MetricEvidence,
  next: number,
  t: number,
): EvidenceNumbers {
  const { policy } = metric
  const { canary, stable, ratio, difference, bounds, dispersion } = metric.numbers(t)
  const pass = metric.pass(next)
  const margin = kindOf(policy).margin(policy, marginFactor(run.policy, next))
  return {
    canary,
    stable,
    ...(ratio && { ratio }),
    ...(difference && { difference }),
    ...(bounds && { bounds }),
    ...(dispersion !== undefined && { dispersion }),
    evidence: toEvidence(metric.harm[t] ?? 0),
    ...(pass && { passEvidence: toEvidence(pass[t] ?? 0) }),
    tolerance: policy.tolerance,
    ...(margin !== undefined && { margin }),
  }
}

/** The e-value of its logarithm. */
export function toEvidence(log: number): number {
  return Math.exp(Math.min(log, LARGEST_LOG))
}

/** e-values beyond this are only "very large"; JSON has no infinity. */
const LARGEST_LOG = 690

function judgedOf(run: RunEvidence, metric: MetricEvidence, look: Decided, harm: Harm | undefined): Outcome {
  const { name } = metric.policy
  if (harm?.culprits.some((culprit) => culprit.metric === name) === true) return 'fail'
  const sticky = look.passedBy === 'shown' && isRequired(run, metric.policy)
  const hasData = sawAny(metric.canaryCounts, look.t)
  return sticky || (hasData && metricPasses(run, metric, nextWeight(look.step), look.t, look.atGate))
    ? 'pass'
    : 'inconclusive'
}

/** The verdict of a metric for which the recording has no data. */
export function withoutData(policy: MetricPolicy, reason: Reason): MetricVerdict {
  return {
    name: policy.name,
    kind: policy.kind,
    judged: 'inconclusive',
    required: policy.required,
    canary: {},
    stable: {},
    ...harmOf(policy),
    evidence: 1,
    tolerance: policy.tolerance,
    reasons: [reason],
  }
}

function harmOf(policy: MetricPolicy): Pick<MetricVerdict, 'harm'> {
  return policy.kind === 'series' ? { harm: policy.harm } : {}
}
