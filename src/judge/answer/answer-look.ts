import type { Policy } from '../../engine/model/policy.ts'
import type { Verdict } from '../../engine/model/verdict.ts'
import { oneLine } from '../../engine/model/words.ts'
import type { Decision, Run, Step } from '../ports/ports.ts'
import { applyDecisions } from './apply-decisions.ts'
import { decisionsInForce } from './decisions-in-force.ts'
import { tooFewLooks } from './too-few-looks.ts'
import type { NamedStep } from '../model/judge-request.ts'
import { keepEarlierAnswer } from './keep-earlier-answer.ts'

export interface AnswerInput {
  /** The engine's. */
  readonly verdict: Verdict
  readonly run: Run
  readonly steps: readonly Step[]
  readonly policy: Policy
  readonly decisions: readonly Decision[]
  readonly named: NamedStep | undefined
  readonly at: number
  /** Whether the run's earlier answers bind this one: not those of another policy. */
  readonly remembers: boolean
}

export interface AnsweredLook {
  readonly verdict: Verdict
  readonly decisions: readonly Decision[]
  readonly changedBy: readonly string[]
}

/** From what the data say to what is answered: memory, the step that was asked about, people's decisions. */
export function answerLook(input: AnswerInput): AnsweredLook {
  const { run, steps, policy, named, at, remembers } = input
  const current = steps.find(({ index }) => index === input.verdict.step?.index)
  const recalled = remembers
    ? keepEarlierAnswer(input.verdict, { run, step: current, policy, at })
    : { verdict: input.verdict, changedBy: [] }
  const waiting = named === undefined ? undefined : notYet(recalled.verdict, named, steps)
  const asked = named?.index ?? latest(steps)
  const decisions = decisionsInForce(input.decisions, {
    runId: run.id,
    step: asked,
    firstStep: first(steps),
  })
  const decided = applyDecisions(waiting ?? recalled.verdict, decisions, policy)
  const remarked = tooFewLooks(decided, named, steps, policy)
  return {
    verdict: remarked ?? decided,
    decisions,
    changedBy: [
      ...recalled.changedBy,
      ...(waiting === undefined ? [] : [`before step ${named?.index}`]),
      ...decisions.map(({ id }) => id),
      ...(remarked === undefined ? [] : [`few looks: ${named?.looks}`]),
    ],
  }
}

/** A pass of the step before, shown or by a rule at its gate, is none of a step that has only just been named. */
function notYet(verdict: Verdict, named: NamedStep, steps: readonly Step[]): Verdict | undefined {
  const speaksOf = verdict.step?.index ?? -1
  const passes = verdict.judged === 'pass' || verdict.verdict === 'pass'
  if (!passes || speaksOf >= named.index) return undefined
  const begins = steps.find(({ index }) => index === named.index)?.startedAt
  const when = begins === undefined ? '' : ` at ${new Date(begins).toISOString()}`
  // People count from 1.
  const text = `step ${named.index + 1} begins${when}, and nothing of it has been seen yet`
  // In mode observe a fail that stays is answered pass at the end of a step.
  const stays = verdict.judged === 'fail'
  return {
    ...verdict,
    ...(!stays && { judged: 'inconclusive', score: 50 }),
    verdict: 'inconclusive',
    summary: oneLine(`inconclusive: ${stays ? 'observing only, judged fail; ' : ''}${text}`),
    reasons: [{ code: 'soaking', text }, ...verdict.reasons.filter(({ code }) => !passCodes.has(code))],
  }
}

const passCodes: ReadonlySet<string> = new Set([
  'within-margin',
  'no-sign-of-harm',
  'not-failed',
  'passed-before',
  'approval-needed',
  'gate-policy',
  'hold-expired',
])

const first = (steps: readonly Step[]): number | undefined =>
  steps.length === 0 ? undefined : Math.min(...steps.map(({ index }) => index))
const latest = (steps: readonly Step[]): number | undefined =>
  steps.length === 0 ? undefined : Math.max(...steps.map(({ index }) => index))
