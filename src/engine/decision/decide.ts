import { bothArmsFailing } from './both-arms-failing.ts'
import { failThreshold } from './error-budget.ts'
import type { RunEvidence } from './gather.ts'
import { maturity, type Maturity } from './maturity.ts'
import { type PassCause, passCause, showsMargin } from './pass.ts'
import { failAtGate } from './rules/fail-at-gate.ts'
import type { Moment } from './rules/moment.ts'
import { type AppliedRule, policyAtGate } from './rules/policy-at-gate.ts'
import { stepOf } from './step-of.ts'
import { gateAt, type PlannedStep, stepAt } from '../model/rollout-plan.ts'
import { valueAt } from '../model/value-at.ts'
import type { Outcome, WinnerAnswer } from '../model/verdict.ts'
import { logSumExp } from '../stats/log-sum-exp.ts'

/** How a rollout failed: between gates by the evidence of all metrics, or at a gate by these metrics. */
export type FailCause =
  | { readonly by: 'path'; readonly t: number }
  | { readonly by: 'gate'; readonly t: number; readonly metrics: readonly string[] }

/** The decision of one look; `t` counts from the rollout's start. */
export interface Decided {
  readonly t: number
  readonly judged: Outcome
  readonly verdict: Outcome
  /** ln of the weighted evidence for harm, and the value that it must reach for a fail. */
  readonly logHarm: number
  readonly logThreshold: number
  readonly step?: PlannedStep
  readonly atGate: boolean
  readonly failed?: FailCause
  /** When the current step was first shown to be within its margins. */
  readonly shownAt?: number
  /** When the step passed, and why. */
  readonly passedAt?: number
  readonly passedBy?: PassCause
  readonly rule?: AppliedRule
  /** A fail that a rule of the policy answered at a gate. It stays, like every fail. */
  readonly failedByRule?: AppliedRule
  /** Slices of the step with canary traffic past its warm-up. */
  readonly mature: number
  readonly bothFailing: boolean
  /** Under `decide: winner`. */
  readonly winner?: DecidedWinner
}

/** What the two directions of a comparison show together. */
export interface DecidedWinner {
  readonly answer: WinnerAnswer
  /** The look at the same slice with the arms exchanged: it fails where stable is worse. */
  readonly opposite: Decided
}

/**
 * Decides every look of a rollout, in order, for the question whether the canary is worse: a fail stays for the run, a
 * pass for its step.
 */
export function decideHarm(run: RunEvidence): readonly Decided[] {
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
  const earlier = step !== undefined && before?.step?.index === step.index ? before : undefined
  // a step that was shown to be good enough is not tested again: its gate is skipped
  const gate = (earlier?.shownAt ?? earlier?.passedAt) === undefined ? gateAt(run.plan, t) : undefined
  const mature = maturityOf(step?.from ?? 0, t, t)
  const moment = { run, t, mature, ...(step && { step }), ...(gate && { gate }) }
  const logHarm = logSumExp(run.components.map(({ weight, harm }) => Math.log(weight) + valueAt(harm, t)))
  const logThreshold = failThreshold(run)
  const failed = before?.failed ?? failCause(moment, logHarm >= logThreshold)
  const shownNow = !bothFailing && failed === undefined && showsMargin(moment)
  const shownAt = earlier?.shownAt ?? (shownNow ? t : undefined)
  const cause = bothFailing ? undefined : passCause(moment, shownAt !== undefined)
  const passedAt = failed === undefined ? (earlier?.passedAt ?? (cause && t)) : undefined
  const passedBy = passedAt === undefined ? undefined : (earlier?.passedBy ?? cause)
  const judged: Outcome = failed !== undefined ? 'fail' : passedAt !== undefined ? 'pass' : 'inconclusive'
  return {
    t,
    ...answerTo(judged, { run, t, step, maturityOf }, before),
    logHarm,
    logThreshold,
    atGate: gateAt(run.plan, t) !== undefined,
    mature,
    bothFailing,
    ...(step === undefined ? {} : { step }),
    ...(failed === undefined ? {} : { failed }),
    ...(shownAt === undefined ? {} : { shownAt }),
    ...(passedAt === undefined ? {} : { passedAt }),
    ...(passedBy === undefined ? {} : { passedBy }),
  }
}

/** The verdict after the policy's mode and rules. */
export function answerTo(
  judged: Outcome,
  look: Look,
  before: Pick<Decided, 'failedByRule'> | undefined,
): Pick<Decided, 'judged' | 'verdict' | 'rule' | 'failedByRule'> {
  const rule =
    judged === 'inconclusive'
      ? (before?.failedByRule ?? policyAtGate(look.run, look.step, look.t, look.maturityOf))
      : undefined
  return {
    judged,
    verdict: answer(look, rule?.outcome ?? judged),
    ...(rule === undefined ? {} : { rule }),
    ...(rule?.outcome === 'fail' ? { failedByRule: rule } : {}),
  }
}

/** The rules that fail a rollout: the evidence of all metrics together, otherwise single metrics at a gate. */
function failCause(moment: Moment, pathCrossed: boolean): FailCause | undefined {
  const { t } = moment
  if (pathCrossed) return { by: 'path', t }
  const metrics = failAtGate(moment)
  return metrics.length > 0 ? { by: 'gate', t, metrics } : undefined
}

function answer(look: Look, outcome: Outcome): Outcome {
  const { mode, approval } = look.run.policy
  // an earlier pass would give a bad canary all traffic sooner than a rollout without any analysis
  if (mode === 'observe') return isPlannedEnd(look) ? 'pass' : 'inconclusive'
  if (outcome === 'fail') return mode === 'pause' ? 'inconclusive' : 'fail'
  return approval === 'manual' ? 'inconclusive' : outcome
}

function isPlannedEnd({ run, t, step }: Look): boolean {
  const planned = stepOf(run, step)
  return planned !== undefined && t >= planned.ends - 1
}

interface Look {
  readonly run: RunEvidence
  readonly t: number
  readonly step: PlannedStep | undefined
  readonly maturityOf: Maturity
}
