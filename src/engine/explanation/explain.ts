import type { Decided } from '../decision/decide.ts'
import type { AppliedRule } from '../decision/rules/policy-at-gate.ts'
import type { RunEvidence } from '../decision/gather.ts'
import { harmFound } from './harm-found.ts'
import { metricVerdict, withoutData } from './metric-verdict.ts'
import { problemsOf, remarks } from './remarks.ts'
import type { PlannedStep } from '../model/rollout-plan.ts'
import { score } from './score.ts'
import { sentences } from './sentences.ts'
import { passText, summarize } from './summary.ts'
import { timeOf } from '../model/time-of.ts'
import { uncertainties } from './uncertainty.ts'
import { comparisonOf, comparisonReasons, stillOpen, winnerOf } from './winner.ts'
import type { Reason, StepVerdict, Verdict } from '../model/verdict.ts'
import { oneLine } from '../model/words.ts'

/** Puts the last look of a path into words and numbers. */
export function explain(run: RunEvidence, path: readonly Decided[], at: number): Verdict {
  const look = path.at(-1)
  if (look === undefined) return beforeTheRollout(run, at)
  const harm = look.failed === undefined ? undefined : harmFound(run, look, look.failed)
  const comparison = comparisonOf(run, look, harm)
  const uncertain = look.judged === 'inconclusive' ? uncertainties(run, look) : []
  const open = comparison === undefined ? uncertain : [...uncertain, ...stillOpen(comparison, uncertain)]
  const firstFail = path.findIndex(({ verdict }) => verdict === 'fail')
  const findings = { open, harm, comparison }
  const summary = summarize(run, look, findings)
  return {
    judged: look.judged,
    verdict: look.verdict,
    score: score(run, look),
    summary: oneLine(`${look.verdict}: ${summary}`),
    reasons: withoutRepeats([
      ...(comparison === undefined ? [] : comparisonReasons(comparison)),
      ...(harm?.reasons ?? []),
      ...passReasons(run, look),
      ...open.map(({ reason }) => reason),
      ...ruleReasons(run, look),
      ...remarks(run, look),
    ]),
    metrics: [
      ...run.metrics.map((metric) => metricVerdict(run, metric, look, findings)),
      ...run.obstacles.map(({ metric, reason }) => withoutData(metric, reason)),
    ],
    ...(comparison && { winner: winnerOf(comparison) }),
    ...(look.step === undefined ? {} : { step: stepVerdict(run, look, look.step) }),
    ...(firstFail < 0 ? {} : { firstFail: run.recording.rolloutStart + firstFail }),
    window: windowOf(run, at),
  }
}

/** What the source could not give stands twice: as the reason for an undecided metric, and as a remark. */
function withoutRepeats(reasons: readonly Reason[]): readonly Reason[] {
  const alike = Map.groupBy(reasons, ({ code, text }) => `${code} ${text}`)
  return [...alike.values()].flatMap(([first]) => first ?? [])
}

const PASS_CODES = { shown: 'within-margin', 'no-sign': 'no-sign-of-harm', 'no-fail': 'not-failed' } as const

function passReasons(run: RunEvidence, look: Decided): readonly Reason[] {
  if (look.passedAt === undefined) return []
  const reason = { code: PASS_CODES[look.passedBy ?? 'shown'], text: passText(run, look) }
  if (look.passedAt === look.t) return [reason]
  const time = timeOf(run.recording, run.recording.rolloutStart + look.passedAt + 1)
  return [reason, { code: 'passed-before', text: sentences.passedBefore(time) }]
}

function ruleReasons(run: RunEvidence, look: Decided): readonly Reason[] {
  return [...(look.rule === undefined ? [] : [appliedRule(run, look.rule)]), ...modeReasons(run, look)]
}

function appliedRule({ policy }: RunEvidence, { rule, held, outcome }: AppliedRule): Reason {
  if (held) return { code: 'held', text: sentences.holding(rule, policy.hold.forSeconds) }
  return rule === 'hold'
    ? { code: 'hold-expired', text: sentences.holdAnswers(outcome) }
    : { code: 'gate-policy', text: sentences.ruleAnswers(rule, outcome) }
}

/** Why the policy lets another verdict be answered than the judged one. */
function modeReasons({ policy: { mode, approval } }: RunEvidence, look: Decided): readonly Reason[] {
  const { judged, verdict } = look
  if (mode === 'pause' && judged === 'fail') return [{ code: 'mode-pause', text: sentences.modePause }]
  if (mode === 'observe' && judged !== verdict)
    return [{ code: 'mode-observe', text: sentences.modeObserve(verdict, judged) }]
  if (judged === 'pass' && approval === 'manual' && verdict === 'inconclusive')
    return [{ code: 'approval-needed', text: sentences.approvalNeeded }]
  return []
}

function stepVerdict(run: RunEvidence, look: Decided, step: PlannedStep): StepVerdict {
  const { rolloutStart } = run.recording
  return {
    index: step.index,
    weight: step.weight,
    next: step.next,
    slice: rolloutStart + step.from,
    ends: rolloutStart + step.ends,
    atGate: look.atGate,
    passed: look.passedAt !== undefined,
  }
}

function beforeTheRollout(run: RunEvidence, at: number): Verdict {
  const text = sentences.notBegun
  const problems = problemsOf(run.recording)
  // trouble of the source explains why there is no rollout to see
  const trouble = problems.find(({ code }) => code.startsWith('source-'))
  return {
    judged: 'inconclusive',
    verdict: 'inconclusive',
    score: 50,
    summary: oneLine(`inconclusive: ${trouble?.text ?? text}`),
    reasons: [{ code: 'no-canary-data', text }, ...problems],
    metrics: [],
    window: windowOf(run, at),
  }
}

function windowOf(run: RunEvidence, at: number): Verdict['window'] {
  const { rolloutStart } = run.recording
  return {
    from: timeOf(run.recording, Math.min(rolloutStart, at + 1)),
    to: timeOf(run.recording, at + 1),
    at,
  }
}
