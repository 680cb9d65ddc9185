import { isAffordable } from '../decision/affordable.ts'
import { losesTraffic } from '../decision/lost-traffic.ts'
import { lacksControl } from '../decision/pass.ts'
import { isRequired, requiredMetrics } from '../decision/required-metrics.ts'
import { showsSign } from '../decision/rules/pass-no-sign-of-harm.ts'
import { describeCost, describeSign, seen } from './describe-unshown.ts'
import type { Decided } from '../decision/decide.ts'
import { heldBy } from '../decision/held.ts'
import { failThreshold } from '../decision/error-budget.ts'
import { nextWeight } from '../decision/rules/moment.ts'
import { metricPasses } from '../decision/rules/pass-within-margin.ts'
import { kindOf } from '../kinds/kinds.ts'
import type { RunEvidence } from '../decision/gather.ts'
import type { MetricEvidence } from '../evidence/metric-evidence.ts'
import { sawAny } from '../model/saw-any.ts'
import type { Reason, ReasonCode } from '../model/verdict.ts'
import { count, list, minutes, minutesRange } from '../model/words.ts'

export interface Uncertainty {
  readonly reason: Reason
  /** Minutes until it may be gone. */
  readonly minutes?: number
}

/** Why there is no answer yet, the most telling reason first; empty when nothing stands in the way of a pass. */
export function uncertainties(run: RunEvidence, look: Decided): readonly Uncertainty[] {
  const obstacles = run.obstacles
    .filter(({ metric }) => isRequired(run, metric))
    .map(({ reason }) => ({ reason }))
  const required = requiredMetrics(run)
  const silent = required.flatMap((metric) => silence(run, metric, look) ?? [])
  const missing = new Set(silent.map(({ reason }) => reason.metric))
  const open = required
    .filter(({ policy }) => !missing.has(policy.name))
    .flatMap((metric) => undecided(run, metric, look) ?? [])
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

/** One sentence for the whole: the first kind of reason, with every metric that shares it. */
export function sumUp(found: readonly Uncertainty[]): string {
  const first = found[0]
  if (first === undefined) return 'nothing to judge by yet'
  const alike = found.filter(({ reason }) => reason.code === first.reason.code)
  const names = alike.map(({ reason }) => reason.metric ?? '')
  if (first.reason.code === 'needs-more-data' && alike.every((one) => one.minutes !== undefined)) {
    const longest = Math.max(...alike.map((one) => one.minutes ?? 0))
    const verb = names.length === 1 ? 'needs' : 'need'
    return `${list(names)} ${verb} ${minutesRange(longest)} at this traffic`
  }
  if (first.reason.code === 'warming-up') {
    return `canary pods are warming up, ${minutes(Math.max(...alike.map((one) => one.minutes ?? 1)))}`
  }
  if (alike.length > 1 && SHARED[first.reason.code] !== undefined)
    return `${SHARED[first.reason.code]} (${list(names)})`
  return first.reason.text
}

const SHARED: Partial<Record<ReasonCode, string>> = {
  'no-canary-data': 'no data of the canary',
  'no-stable-data': 'no data of stable',
  'no-canary-traffic': 'the canary has no traffic',
  'no-stable-traffic': 'stable has no traffic',
}

/** Stable has nothing to compare with, or the canary's requests are not counted. */
function incomparable(run: RunEvidence, look: Decided): readonly Uncertainty[] {
  const { step, t, mature } = look
  const found: Uncertainty[] = []
  if (lacksControl({ run, t, mature, ...(step && { step }) })) {
    const text = 'all traffic is on the canary and stable has none, so there is nothing to compare with'
    found.push({ reason: { code: 'no-control', text } })
  }
  if (losesTraffic(run, t)) {
    const text =
      'the canary counts far fewer requests than its weight sends it: some may never end, or go elsewhere'
    found.push({ reason: { code: 'traffic-share', text } })
  }
  return found
}

/** What keeps a balanced step from passing, now or at its end. */
function againstPassing(
  run: RunEvidence,
  required: readonly MetricEvidence[],
  { step, t }: Decided,
): readonly Uncertainty[] {
  if (run.policy.pass !== 'balanced' || step === undefined) return []
  const reason = (code: ReasonCode, metric: MetricEvidence, text: string): Uncertainty => ({
    reason: { code, metric: metric.policy.name, text },
  })
  const signs = required
    .filter((metric) => showsSign(run, metric, step, t))
    .map((metric) => reason('sign-of-harm', metric, describeSign(metric, t)))
  // what a step costs is known at its end
  if (t < step.ends - 1) return signs
  const costs = required
    .filter((metric) => !isAffordable(run, metric, step, t))
    .map((metric) => reason('over-budget', metric, describeCost(run, metric, step, t)))
  return [...signs, ...costs]
}

/** A step that nothing speaks against passes at its end, and not before. */
function waiting(
  run: RunEvidence,
  required: readonly MetricEvidence[],
  { step, t, shownAt, mature }: Decided,
): readonly Uncertainty[] {
  if (run.policy.pass === 'strict' || step === undefined || mature === 0) return []
  const left = ((step.ends - 1 - t) * run.recording.sliceSeconds) / 60
  if (left <= 0) return []
  const soFar = shownAt === undefined ? 'no sign of harm so far' : 'within its margins so far'
  const text = `${soFar}${seen(required, t)}, the step ends in ${minutes(left).replace(' more', '')}`
  return [{ reason: { code: 'soaking', text }, minutes: left }]
}

function bothFailing(run: RunEvidence, look: Decided): readonly Uncertainty[] {
  if (!look.bothFailing) return []
  const metric = run.metrics.find(({ rules }) => rules.some(({ rule }) => rule === 'crash'))?.policy.name
  const text = 'both arms fail more than 10% of their requests, so stable is no measure'
  return [{ reason: { code: 'both-arms-failing', text, ...(metric === undefined ? {} : { metric }) } }]
}

/** Metrics that let no step pass, required or not. */
function held(run: RunEvidence, { t }: Decided): readonly Uncertainty[] {
  return run.metrics.flatMap((metric) => {
    const text = heldBy(metric, t)
    return text === undefined ? [] : [{ reason: { code: 'restarting', metric: metric.policy.name, text } }]
  })
}

/** A metric that one arm says nothing about. */
function silence(run: RunEvidence, metric: MetricEvidence, look: Decided): Uncertainty | undefined {
  const { name } = metric.policy
  const reason = (code: ReasonCode, text: string): Uncertainty => ({
    reason: { code, metric: name, text: `${name}: ${text}` },
  })
  if (!metric.hasCanary) return reason('no-canary-data', 'no data of the canary')
  if (!metric.hasStable) return reason('no-stable-data', 'no data of stable')
  if (!sawAny(metric.stableCounts, look.t)) return reason('no-stable-traffic', 'stable has no traffic')
  if (sawAny(metric.canaryCounts, look.t)) return undefined
  const born = firstTraffic(metric, look.t)
  if (born === undefined) return reason('no-canary-traffic', 'the canary has no traffic')
  const left = run.policy.warmupSeconds / 60 - ((look.t - born) * run.recording.sliceSeconds) / 60
  const wait = Math.max(left, 1)
  return { ...reason('warming-up', `canary pods are warming up, ${minutes(wait)}`), minutes: wait }
}

function firstTraffic(metric: MetricEvidence, t: number): number | undefined {
  const all = metric.traffic?.canary.requests
  if (all === undefined) return undefined
  const born = all.findIndex((requests) => requests > 0)
  return born < 0 || born > t ? undefined : born
}

/** A metric with data that has not passed. */
function undecided(run: RunEvidence, metric: MetricEvidence, look: Decided): Uncertainty | undefined {
  const next = nextWeight(look.step)
  if (metricPasses(run, metric, next, look.t, look.atGate)) return undefined
  const { name } = metric.policy
  const needed = minutesToDecide(run, metric, next, look.t)
  if (needed === Infinity) {
    const blind = metric.whyUndecidable?.(next, look.t)
    if (blind !== undefined) return { reason: { code: 'histogram-too-coarse', metric: name, text: blind } }
    const text = `${name}: ${metric.assumed ?? WIDE}`
    return { reason: { code: 'not-decidable', metric: name, text } }
  }
  const soFar = standing(metric, look.t)
  const wait = needed === undefined ? 'needs more events' : `needs ${minutesRange(needed)} at this traffic`
  const text = `${name} ${wait}${soFar === '' ? '' : `, so far ${soFar}`}`
  return {
    reason: { code: 'needs-more-data', metric: name, text },
    ...(needed === undefined ? {} : { minutes: Math.max(needed, 1) }),
  }
}

const WIDE =
  'pods differ by more than the margin allows, so this cannot be shown: more canary pods or a wider margin would help'

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

/** An interval this wide is not worth showing. */
const KNOWS_NOTHING = 100

function standing(metric: MetricEvidence, t: number): string {
  const { canary, ratio } = metric.numbers(t)
  const kind = kindOf(metric.policy)
  if (ratio !== undefined && ratio.high / ratio.low <= KNOWS_NOTHING) return kind.range(ratio.low, ratio.high)
  if (kind.noun === undefined || canary.of === undefined) return ''
  const number = count(canary.of)
  return `${number} canary ${kind.noun}${number === '1' ? '' : 's'}`
}

function soaking(run: RunEvidence, look: Decided): readonly Uncertainty[] {
  const left = run.policy.soakSeconds / 60 - (look.mature * run.recording.sliceSeconds) / 60
  if (left <= 0 || look.mature === 0) return []
  const text = `the step soaks for ${minutes(left)} of traffic past the warm-up`
  return [{ reason: { code: 'soaking', text }, minutes: left }]
}
