import type { Decided } from '../decision/decide.ts'
import { describeUnshown } from './describe-unshown.ts'
import { describePass } from './describe-pass.ts'
import { nextWeight } from '../decision/rules/moment.ts'
import { isRequired } from '../decision/required-metrics.ts'
import type { RunEvidence } from '../decision/gather.ts'
import { type Harm, harmFound } from './harm-found.ts'
import { metricVerdict, withoutData } from './metric-verdict.ts'
import { problemsOf, remarks } from './remarks.ts'
import type { PlannedStep } from '../model/rollout-plan.ts'
import { score } from './score.ts'
import { timeOf } from '../model/time-of.ts'
import { sumUp, type Uncertainty, uncertainties } from './uncertainty.ts'
import type { Reason, StepVerdict, Verdict } from '../model/verdict.ts'
import { oneLine } from '../model/words.ts'

/** Puts the last look of a path into words and numbers. */
export function explain(run: RunEvidence, path: readonly Decided[], at: number): Verdict {
  const look = path.at(-1)
  if (look === undefined) return beforeTheRollout(run, at)
  const open = look.judged === 'inconclusive' ? uncertainties(run, look) : []
  const harm = look.failed === undefined ? undefined : harmFound(run, look, look.failed)
  const firstFail = path.findIndex(({ verdict }) => verdict === 'fail')
  const summary = summarize(run, look, open, harm)
  return {
    judged: look.judged,
    verdict: look.verdict,
    score: score(run, look),
    summary: oneLine(`${look.verdict}: ${summary}`),
    reasons: withoutRepeats([
      ...(harm?.reasons ?? []),
      ...passReasons(run, look),
      ...open.map(({ reason }) => reason),
      ...ruleReasons(run, look),
      ...remarks(run, look),
    ]),
    metrics: [
      ...run.metrics.map((metric) => metricVerdict(run, metric, look, open, harm)),
      ...run.obstacles.map(({ metric, reason }) => withoutData(metric, reason)),
    ],
    ...(look.step === undefined ? {} : { step: stepVerdict(run, look, look.step) }),
    ...(firstFail < 0 ? {} : { firstFail: run.recording.rolloutStart + firstFail }),
    window: windowOf(run, at),
  }
}

/** What the source could not give is why a metric is undecided, and a remark besides. */
function withoutRepeats(reasons: readonly Reason[]): readonly Reason[] {
  const sentences = Map.groupBy(reasons, ({ code, text }) => `${code} ${text}`)
  return [...sentences.values()].flatMap(([first]) => first ?? [])
}

/** The sentence after the verdict's word. */
function summarize(
  run: RunEvidence,
  look: Decided,
  open: readonly Uncertainty[],
  harm: Harm | undefined,
): string {
  if (look.judged === 'fail') return `${modePrefix(run, look)}${harm?.text ?? ''}`
  if (look.judged === 'pass') return passText(run, look)
  const why = sumUp(open)
  const { rule } = look
  if (rule === undefined || look.verdict === 'inconclusive') return why
  const moment = rule.rule === 'hold' ? 'the hold ran out' : 'undecided at the end of the step'
  return `${moment} and ${rule.rule === 'hold' ? 'hold.then' : rule.rule} says ${rule.outcome === 'fail' ? 'fail' : 'proceed'}: ${why}`
}

function modePrefix(run: RunEvidence, look: Decided): string {
  if (look.verdict === 'fail') return ''
  return run.policy.mode === 'observe' ? 'observing only, judged fail: ' : 'pausing instead of failing: '
}

function passText(run: RunEvidence, look: Decided): string {
  const t = look.passedAt ?? look.t
  const waits = whyNotYet(run, look)
  if (look.passedBy === 'no-sign') return `${waits}${describeUnshown(run, t)}`
  if (look.passedBy === 'no-fail') return `${waits}${describeUnshown(run, t, 'not failed')}`
  const next = nextWeight(look.step)
  const parts = run.metrics
    .filter(({ policy }) => isRequired(run, policy))
    .flatMap((metric) => describePass(metric, run.policy, next, t) ?? [])
  return `${waits}${parts.length > 0 ? parts.join(', ') : 'nothing is required of the canary'}`
}

function whyNotYet(run: RunEvidence, look: Decided): string {
  if (look.verdict === 'pass') return ''
  return run.policy.mode === 'observe' ? 'observing only, judged pass: ' : 'passes and waits for approval: '
}

const PASS_CODES = { shown: 'within-margin', 'no-sign': 'no-sign-of-harm', 'no-fail': 'not-failed' } as const

function passReasons(run: RunEvidence, look: Decided): readonly Reason[] {
  if (look.passedAt === undefined) return []
  const when: readonly Reason[] =
    look.passedAt < look.t
      ? [
          {
            code: 'passed-before',
            text: `the step passed at ${timeOf(run.recording, run.recording.rolloutStart + look.passedAt + 1)}`,
          },
        ]
      : []
  const code = PASS_CODES[look.passedBy ?? 'shown']
  return [{ code, text: passText(run, look) }, ...when]
}

function ruleReasons(run: RunEvidence, look: Decided): readonly Reason[] {
  const reasons: Reason[] = []
  const { mode, approval } = run.policy
  if (look.rule !== undefined) {
    const { rule, held, outcome } = look.rule
    const text = held
      ? `${rule} holds the step for up to ${run.policy.hold.forSeconds / 60} minutes after its end`
      : `${rule === 'hold' ? 'the hold ran out, and hold.then' : rule} answers ${outcome}`
    reasons.push({ code: held ? 'held' : rule === 'hold' ? 'hold-expired' : 'gate-policy', text })
  }
  if (look.judged === 'fail' && mode === 'pause') {
    reasons.push({ code: 'mode-pause', text: 'mode pause answers inconclusive instead of fail' })
  }
  if (mode === 'observe' && look.judged !== look.verdict) {
    const when = look.verdict === 'pass' ? 'from' : 'until'
    const text = `mode observe answers ${look.verdict} ${when} the planned end of the step, judged ${look.judged}`
    reasons.push({ code: 'mode-observe', text })
  } else if (look.judged === 'pass' && approval === 'manual' && look.verdict === 'inconclusive') {
    reasons.push({ code: 'approval-needed', text: 'the policy wants a person to approve each step' })
  }
  return reasons
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
  const text = 'the rollout has not begun in this recording'
  const problems = problemsOf(run.recording)
  // Where the source is in trouble, that is why nothing is to be seen.
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
