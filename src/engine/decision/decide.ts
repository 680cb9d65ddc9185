import { valueAt } from '../model/value-at.ts'
import { logSumExp } from '../stats/log-sum-exp.ts'
import { bothArmsFailing } from './both-arms-failing.ts'
import type { RunEvidence } from './gather.ts'
import { maturity, type Maturity } from './maturity.ts'
import type { MetricEvidence } from '../evidence/metric-evidence.ts'
import { gateAt, gateShare, type PlannedStep, stepAt } from '../model/rollout-plan.ts'
import { sawAny } from '../model/saw-any.ts'
import type { Outcome } from '../model/verdict.ts'

/** Shares of the chances of error: half of α each for the path and for the gates; β mostly for the gates. */
const PATH_SHARE = 0.5
const GATE_PASS_SHARE = 0.8
const PATH_PASS_SHARE = 0.2

/** How a rollout came to fail: by its path, at a gate by these metrics, or by the policy's word at a gate. */
export type FailCause =
  | { readonly by: 'path'; readonly t: number }
  | { readonly by: 'gate'; readonly t: number; readonly metrics: readonly string[] }

/** A rule of the policy that answers where the statistics do not. */
export interface AppliedRule {
  readonly rule: 'onInconclusive' | 'onNoData' | 'onSourceDown' | 'hold'
  readonly outcome: Outcome
  /** The hold is still running. */
  readonly held: boolean
}

/** What one look said; `t` counts from the rollout's start. */
export interface Decided {
  readonly t: number
  readonly judged: Outcome
  readonly verdict: Outcome
  /** ln of the weighted evidence for harm, and what it has to reach. */
  readonly logHarm: number
  readonly logThreshold: number
  readonly step?: PlannedStep
  readonly atGate: boolean
  readonly failed?: FailCause
  /** When the current step passed. */
  readonly passedAt?: number
  readonly rule?: AppliedRule
  /** The rule's own fail, which stays too. */
  readonly failedByRule?: AppliedRule
  /** Slices of the step with canary traffic past its warm-up. */
  readonly mature: number
  readonly bothFailing: boolean
}

/** Every look of a rollout, in order: a fail stays, a step's pass stays for the step. */
export function decidePath(run: RunEvidence): readonly Decided[] {
  const looks: Decided[] = []
  const failing = bothArmsFailing(run)
  const mature = maturity(run)
  for (let t = 0; t < run.plan.slices; t++) {
    looks.push(decideAt(run, t, looks[t - 1], failing[t] === 1, mature))
  }
  return looks
}

function decideAt(
  run: RunEvidence,
  t: number,
  before: Decided | undefined,
  bothFailing: boolean,
  maturityOf: Maturity,
): Decided {
  const step = stepAt(run.plan, t)
  const passedBefore = step !== undefined && before?.step?.index === step.index ? before.passedAt : undefined
  // a step that has passed is not asked again: its gate is skipped
  const gate = passedBefore === undefined ? gateAt(run.plan, t) : undefined
  const logHarm = logSumExp(run.components.map(({ weight, harm }) => Math.log(weight) + valueAt(harm, t)))
  const logThreshold = failThreshold(run)
  const failed = before?.failed ?? failCause(run, t, gate, logHarm >= logThreshold)
  const mature = maturityOf(step?.from ?? 0, t, t)
  const passesNow = !bothFailing && passes(run, step, gate, t, mature)
  const passedAt = failed === undefined ? (passedBefore ?? (passesNow ? t : undefined)) : undefined
  const judged: Outcome = failed !== undefined ? 'fail' : passedAt !== undefined ? 'pass' : 'inconclusive'
  const rule =
    judged === 'inconclusive' ? (before?.failedByRule ?? gateRule(run, step, t, maturityOf)) : undefined
  return {
    t,
    judged,
    verdict: answer(run, judged, rule),
    logHarm,
    logThreshold,
    atGate: gateAt(run.plan, t) !== undefined,
    mature,
    bothFailing,
    ...(step === undefined ? {} : { step }),
    ...(failed === undefined ? {} : { failed }),
    ...(passedAt === undefined ? {} : { passedAt }),
    ...(rule === undefined ? {} : { rule }),
    ...(rule?.outcome === 'fail' ? { failedByRule: rule } : {}),
  }
}

/** With gates the path has half of α; without, all of it. */
export function failThreshold(run: RunEvidence): number {
  return -Math.log(run.policy.falseAbort * (run.plan.gates > 0 ? PATH_SHARE : 1))
}

function failCause(
  run: RunEvidence,
  t: number,
  gate: PlannedStep | undefined,
  pathCrossed: boolean,
): FailCause | undefined {
  if (pathCrossed) return { by: 'path', t }
  if (gate === undefined) return undefined
  const level = run.policy.falseAbort * (1 - PATH_SHARE) * gateShare(run.plan, gate)
  const metrics = run.metrics
    .filter(({ judgeableFrom }) => judgeableFrom <= t)
    .filter((metric) => (metric.harmP(t) ?? 1) <= level * (run.gateWeights.get(metric.policy.name) ?? 0))
    .map(({ policy }) => policy.name)
  return metrics.length > 0 ? { by: 'gate', t, metrics } : undefined
}

function passes(
  run: RunEvidence,
  step: PlannedStep | undefined,
  gate: PlannedStep | undefined,
  t: number,
  mature: number,
): boolean {
  const { policy, recording, plan } = run
  // before the first declared step there is nothing that could pass
  if (plan.gates > 0 && step === undefined) return false
  if (mature === 0 || mature * recording.sliceSeconds < policy.soakSeconds) return false
  if (run.obstacles.some(({ metric }) => metric.required)) return false
  return run.metrics
    .filter((metric) => metric.policy.required)
    .every(
      (metric) =>
        metric.judgeableFrom <= t && metricPasses(run, metric, step?.next ?? 100, t, gate !== undefined),
    )
}

/** Whether a metric is shown to be within the margin of the step at this look. */
export function metricPasses(
  run: RunEvidence,
  metric: MetricEvidence,
  next: number,
  t: number,
  atGate: boolean,
): boolean {
  const path = metric.pass(next)
  if (path === undefined) return true
  // the canary's own rate is no comparison where stable has never been seen
  if (!sawAny(metric.stableCounts, t)) return false
  if (valueAt(path, t) >= passThreshold(run)) return true
  const p = atGate ? metric.passP(next, t) : undefined
  return p !== undefined && p <= run.policy.missedHarm * GATE_PASS_SHARE
}

/** What ln e has to reach for a pass between gates. */
export function passThreshold(run: RunEvidence): number {
  return -Math.log(run.policy.missedHarm * (run.plan.gates > 0 ? PATH_PASS_SHARE : 1))
}

/** What the policy says of a step whose gate has come without an answer. */
function gateRule(
  run: RunEvidence,
  step: PlannedStep | undefined,
  t: number,
  maturityOf: Maturity,
): AppliedRule | undefined {
  if (step === undefined || t < step.ends - 1) return undefined
  const { policy, recording } = run
  const gateT = step.ends - 1
  const rule = ruleAtGate(run, maturityOf(step.from, gateT, t))
  const said = policy[rule]
  if (said === 'proceed') return { rule, outcome: 'pass', held: false }
  if (said === 'fail') return { rule, outcome: 'fail', held: false }
  const expired = (t - gateT) * recording.sliceSeconds >= policy.hold.forSeconds
  if (!expired) return { rule, outcome: 'inconclusive', held: true }
  const after = { ask: 'inconclusive', proceed: 'pass', fail: 'fail' } as const
  return { rule: 'hold', outcome: after[policy.hold.then], held: false }
}

function ruleAtGate(run: RunEvidence, mature: number): 'onInconclusive' | 'onNoData' | 'onSourceDown' {
  const required = run.obstacles.filter(({ metric }) => metric.required)
  if (required.some(({ reason }) => reason.code.startsWith('source-'))) return 'onSourceDown'
  return mature === 0 ? 'onNoData' : 'onInconclusive'
}

function answer(run: RunEvidence, judged: Outcome, rule: AppliedRule | undefined): Outcome {
  const { mode, approval } = run.policy
  if (mode === 'observe') return 'pass'
  const outcome = rule?.outcome ?? judged
  if (outcome === 'fail') return mode === 'pause' ? 'inconclusive' : 'fail'
  return approval === 'manual' ? 'inconclusive' : outcome
}
