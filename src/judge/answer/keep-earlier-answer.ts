import type { Policy } from '../../engine/model/policy.ts'
import type { Outcome, Reason, Verdict } from '../../engine/model/verdict.ts'
import { oneLine } from '../../engine/model/words.ts'
import type { Run, Step } from '../ports/ports.ts'

export interface AfterEarlierAnswers {
  readonly verdict: Verdict
  /** Names what changed the verdict; empty when nothing did. */
  readonly changedBy: readonly string[]
}

export interface Memory {
  readonly run: Run
  /** The step that the verdict is about. */
  readonly step: Step | undefined
  readonly policy: Policy
  readonly at: number
}

/**
 * Repeats earlier answers that stay even if the data of this look no longer show them: a fail for the run, a pass for
 * the step. Data can be lost, for example when a source is down, but an answer that was given stays.
 */
export function keepEarlierAnswer(verdict: Verdict, { run, step, policy, at }: Memory): AfterEarlierAnswers {
  const { firstFailAt } = run
  if (verdict.judged === 'fail') return { verdict, changedBy: [] }
  if (firstFailAt !== undefined && firstFailAt <= at) {
    const text = `failed at ${new Date(firstFailAt).toISOString()}, which stays`
    const reason: Reason = { code: 'failed-before', text }
    return changed(verdict, { judged: 'fail', verdict: answerAs('fail', verdict, policy), score: 0, reason })
  }
  if (step?.passedAt === undefined || step.passedAt > at || verdict.judged === 'pass') {
    return { verdict, changedBy: [] }
  }
  const text = `the step passed at ${new Date(step.passedAt).toISOString()}`
  const reason: Reason = { code: 'passed-before', text }
  return changed(verdict, { judged: 'pass', verdict: answerAs('pass', verdict, policy), score: 100, reason })
}

function answerAs(judged: 'pass' | 'fail', now: Verdict, { mode, approval }: Policy): Outcome {
  // in mode observe the answer depends only on the time
  if (mode === 'observe') return now.verdict
  if (judged === 'fail') return mode === 'pause' ? 'inconclusive' : 'fail'
  return approval === 'manual' ? 'inconclusive' : 'pass'
}

interface Change {
  readonly judged: Outcome
  readonly verdict: Outcome
  readonly score: number
  readonly reason: Reason
}

function changed(before: Verdict, { reason, ...change }: Change): AfterEarlierAnswers {
  return {
    verdict: {
      ...before,
      ...change,
      summary: oneLine(`${change.verdict}: ${reason.text}; now ${before.summary}`),
      reasons: [reason, ...before.reasons],
    },
    changedBy: [reason.code],
  }
}
