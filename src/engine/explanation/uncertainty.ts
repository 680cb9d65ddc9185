import { costOf } from '../decision/affordable.ts'
import { losesTraffic } from '../decision/lost-traffic.ts'
import { lacksControl } from '../decision/pass.ts'
import { isRequired, requiredMetrics } from '../decision/required-metrics.ts'
import { odds, showsSign } from '../decision/rules/pass-no-sign-of-harm.ts'
import { canaryRequests, describeHarm } from './describe-metric.ts'
import type { Decided } from '../decision/decide.ts'
import { heldBy } from '../decision/held.ts'
import { stepOf } from '../decision/step-of.ts'
import { failThreshold } from '../decision/error-budget.ts'
import { nextWeight } from '../decision/rules/moment.ts'
import { metricPasses } from '../decision/rules/pass-within-margin.ts'
import { kindOf } from '../kinds/kinds.ts'
import type { RunEvidence } from '../decision/gather.ts'
import type { MetricEvidence } from '../evidence/metric-evidence.ts'
import { sawAny } from '../model/saw-any.ts'
import type { Reason, ReasonCode } from '../model/verdict.ts'
import { sentences } from './sentences.ts'

export interface Uncertainty {
  readonly reason: Reason
  /** Minutes until it may be gone. */
  readonly minutes?: number
}

/** Why there is no answer yet, the most important reason first; empty when nothing stands in the way of a pass. */
export function uncertainties(run: RunEvidence, look: Decided): readonly Uncertainty[] {
  const obstacles = run.obstacles
    .filter(({ metric }) => isRequired(run, metric))
    .map(({ reason }) => ({ reason }))
  const required = requiredMetrics(run)
  const silent = required.flatMap((metric) => silence(run, metric, look) ?? [])
  const missing = new Set(silent.map(({ reason }) => reason.metric))
  const open = required
    .filter(({ policy }) => !missing.has(policy.name))
    .flatMap((metric) => undecided(run, metric, look, standing) ?? [])
  return [
    ...bothFailing(run, look),
    ...held(run, look),
    ...obstacles,
    ...silent,
    ...incomparable(run, look),
    ...againstPassing(run, required, look),
    ...waiting(run, required, look),
    ...open,
    ...soaking(run, look),
  ]
}

/** Why the arms cannot be compared: stable has no traffic, or the canary's requests are not counted. */
function incomparable(run: RunEvidence, look: Decided): readonly Uncertainty[] {
  const { step, t, mature } = look
  const found: Uncertainty[] = []
  if (lacksControl({ run, t, mature, ...(step && { step }) })) {
    found.push({ reason: { code: 'no-control', text: sentences.noControl } })
  }
  if (losesTraffic(run, t)) {
    found.push({ reason: { code: 'traffic-share', text: sentences.lostTraffic } })
  }
  return found
}

/** What keeps a balanced step from passing, now or at its end. */
function againstPassing(
  run: RunEvidence,
  required: readonly MetricEvidence[],
  { step: named, t }: Decided,
): readonly Uncertainty[] {
  const step = stepOf(run, named)
  if (run.policy.pass !== 'balanced' || step === undefined) return []
  const reason = (code: ReasonCode, metric: MetricEvidence, text: string): Uncertainty => ({
    reason: { code, metric: metric.policy.name, text },
  })
  const signs = required
    .filter((metric) => showsSign(run, metric, step, t))
    .map((metric) =>
      reason('sign-of-harm', metric, sentences.sign(odds(metric, t), describeHarm(metric, 'worse', t))),
    )
  // what a step costs is known at its end
  if (t < step.ends - 1) return signs
  const costs = required.flatMap((metric) => {
    const cost = costOf(run, metric, step, t)
    if (cost === undefined || cost.worst <= cost.allowed) return []
    return reason('over-budget', metric, sentences.cost(metric.policy.name, cost.worst, cost.allowed))
  })
  return [...signs, ...costs]
}

/** A step without a sign of harm passes at its end, and not before. */
function waiting(
  run: RunEvidence,
  required: readonly MetricEvidence[],
  { step: named, t, shownAt, mature }: Decided,
): readonly Uncertainty[] {
  const step = stepOf(run, named)
  if (run.policy.pass === 'strict' || step === undefined || mature === 0) return []
  const left = ((step.ends - 1 - t) * run.recording.sliceSeconds) / 60
  if (left <= 0) return []
  const text = sentences.stepEnds(named === undefined ? 'rollout' : 'step', {
    shown: shownAt !== undefined,
    requests: canaryRequests(required, t),
    left,
  })
  return [{ reason: { code: 'soaking', text }, minutes: left }]
}

function bothFailing(run: RunEvidence, look: Decided): readonly Uncertainty[] {
  if (!look.bothFailing) return []
  const metric = run.metrics.find(({ rules }) => rules.some(({ rule }) => rule === 'crash'))?.policy.name
  const text = sentences.bothFailing
  return [{ reason: { code: 'both-arms-failing', text, ...(metric === undefined ? {} : { metric }) } }]
}

/** Metrics that let no step pass, required or not. */
function held(run: RunEvidence, { t }: Decided): readonly Uncertainty[] {
  return run.metrics.flatMap((metric) => {
    const text = heldBy(metric, t)
    return text === undefined ? [] : [{ reason: { code: 'restarting', metric: metric.policy.name, text } }]
  })
}

/** Why a metric has no data of an arm. */
function silence(run: RunEvidence, metric: MetricEvidence, look: Decided): Uncertainty | undefined {
  const { name } = metric.policy
  const reason = (code: ReasonCode, text: string): Uncertainty => ({
    reason: { code, metric: name, text: `${name}: ${text}` },
  })
  if (!metric.hasCanary) return reason('no-canary-data', sentences.noCanaryData)
  if (!metric.hasStable) return reason('no-stable-data', sentences.noStableData)
  if (!sawAny(metric.stableCounts, look.t)) return reason('no-stable-traffic', sentences.noStableTraffic)
  if (sawAny(metric.canaryCounts, look.t)) return undefined
  const born = firstTraffic(metric, look.t)
  if (born === undefined) return reason('no-canary-traffic', sentences.noCanaryTraffic)
  const left = run.policy.warmupSeconds / 60 - ((look.t - born) * run.recording.sliceSeconds) / 60
  if (left <= 0) return reason('no-canary-traffic', sentences.neverWarm)
  return { ...reason('warming-up', sentences.warmingUp(left)), minutes: Math.max(left, 1) }
}

function firstTraffic(metric: MetricEvidence, t: number): number | undefined {
  const all = metric.traffic?.canary.requests
  if (all === undefined) return undefined
  const born = all.findIndex((requests) => requests > 0)
  return born < 0 || born > t ? undefined : born
}

/** A metric with data that has not passed. `soFar` says what is known until now. */
export function undecided(
  run: RunEvidence,
  metric: MetricEvidence,
  look: Decided,
  soFar: (metric: MetricEvidence, t: number) => string,
): Uncertainty | undefined {
  const next = nextWeight(look.step)
  if (metricPasses(run, metric, next, look.t, look.atGate)) return undefined
  const { name } = metric.policy
  const needed = minutesToDecide(run, metric, next, look.t)
  if (needed === Infinity) {
    const blind = metric.whyUndecidable?.(next, look.t)
    if (blind !== undefined) return { reason: { code: 'histogram-too-coarse', metric: name, text: blind } }
    const text = `${name}: ${metric.assumed ?? sentences.podsDiffer}`
    return { reason: { code: 'not-decidable', metric: name, text } }
  }
  const text = `${sentences.needs([name], needed)}${sentences.soFar(soFar(metric, look.t))}`
  return {
    reason: { code: 'needs-more-data', metric: name, text },
    ...(needed === undefined ? {} : { minutes: Math.max(needed, 1) }),
  }
}

/** Towards a fail where the canary looks worse than tolerated and a fail is nearer than a pass; else towards a pass. */
function minutesToDecide(
  run: RunEvidence,
  metric: MetricEvidence,
  next: number,
  t: number,
): number | undefined {
  const toPass = metric.minutesToPass(next, t, run.policy.missedHarm)
  const component = run.components.find((one) => one.metric === metric.policy.name && one.rule === 'worse')
  const threshold = failThreshold(run) - Math.log(component?.weight ?? 1)
  const toFail = metric.minutesToFail(t, threshold)
  if (toFail === undefined) return toPass
  return toPass === undefined ? toFail : Math.min(toPass, toFail)
}

/** An interval as wide as this ratio is not worth showing. */
const KNOWS_NOTHING = 100

function standing(metric: MetricEvidence, t: number): string {
  const { canary, ratio } = metric.numbers(t)
  const kind = kindOf(metric.policy)
  if (ratio !== undefined && ratio.high / ratio.low <= KNOWS_NOTHING) return kind.range(ratio.low, ratio.high)
  if (kind.noun === undefined || canary.of === undefined) return ''
  return sentences.counted(canary.of, kind.noun)
}

function soaking(run: RunEvidence, look: Decided): readonly Uncertainty[] {
  const left = run.policy.soakSeconds / 60 - (look.mature * run.recording.sliceSeconds) / 60
  if (left <= 0 || look.mature === 0) return []
  const text = sentences.soaking(left)
  return [{ reason: { code: 'soaking', text }, minutes: left }]
}
