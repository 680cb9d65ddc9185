import type { Policy } from '../../engine/model/policy.ts'
import type { Verdict } from '../../engine/model/verdict.ts'
import { oneLine } from '../../engine/model/words.ts'
import type { Decision, Run, Step } from '../ports/ports.ts'
import { applyDecisions } from './apply-decisions.ts'
import { applyGroup, type Group } from './apply-group.ts'
import { decisionsInForce } from './decisions-in-force.ts'
import { tooFewLooks } from './too-few-looks.ts'
import type { NamedStep } from '../model/judge-request.ts'
import { keepEarlierAnswer } from './keep-earlier-answer.ts'

export interface AnswerInput {
  /** The engine's verdict. */
  readonly verdict: Verdict
  readonly run: Run
  readonly steps: readonly Step[]
  readonly policy: Policy
  readonly decisions: readonly Decision[]
  readonly named: NamedStep | undefined
  readonly at: number
  /** Undefined for a rollout that goes alone. */
  readonly group?: Group | undefined
  /** Whether the run's earlier answers bind this one; answers of another policy do not. */
  readonly remembers: boolean
}

export interface AnsweredLook {
  readonly verdict: Verdict
  readonly decisions: readonly Decision[]
  readonly changedBy: readonly string[]
}

/**
 * Turns the engine's verdict into the answer: with earlier answers, the step that the look names, the group, and
 * people's decisions.
 */
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
  const alone = waiting ?? recalled.verdict
  const grouped =
    input.group === undefined
      ? { verdict: alone, changedBy: [] }
      : applyGroup(alone, input.group, { run, step: asked ?? 0, policy })
  const decided = applyDecisions(grouped.verdict, decisions, policy)
  const remarked = tooFewLooks(decided, named, steps, policy)
  return {
    verdict: remarked ?? decided,
    decisions,
    changedBy: [
      ...recalled.changedBy,
      ...(waiting === undefined ? [] : [`before step ${named?.index}`]),
      ...grouped.changedBy,
      ...decisions.map(({ id }) => id),
      ...(remarked === undefined ? [] : [`few looks: ${named?.looks}`]),
    ],
  }
}

/**
 * A pass of the step before, by its data or by a rule at its gate, is no pass of a step that a look has only just
 * named.
 */
function notYet(verdict: Verdict, named: NamedStep, steps: readonly Step[]): Verdict | undefined {
  const speaksOf = verdict.step?.index ?? -1
  const passes = verdict.judged === 'pass' || verdict.verdict === 'pass'
  if (!passes || speaksOf >= named.index) return undefined
  const begins = steps.find(({ index }) => index === named.index)?.startedAt
  const when = begins === undefined ? '' : ` at ${new Date(begins).toISOString()}`
  // People count from 1.
  const text = `step ${named.index + 1} begins${when}, and no data of this step have been seen yet`
  // in mode observe even a run that has failed answers pass at the end of a step
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
