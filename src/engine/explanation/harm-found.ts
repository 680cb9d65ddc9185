import { type Attribution, attribute } from '../decision/attribute.ts'
import type { Decided, FailCause } from '../decision/decide.ts'
import type { RunEvidence } from '../decision/gather.ts'
import { timeOf } from '../model/time-of.ts'
import type { Reason } from '../model/verdict.ts'
import { describeHarm } from './describe-metric.ts'
import { sentences } from './sentences.ts'

/** What failed, in words. */
export interface Harm extends Attribution {
  readonly cause: FailCause
  readonly text: string
  readonly reasons: readonly Reason[]
}

/** What failed, with the numbers of the look at which it did. */
export function harmFound(run: RunEvidence, look: Decided, cause: FailCause): Harm {
  const found: Attribution =
    cause.by === 'gate'
      ? { culprits: cause.metrics.map((metric) => ({ metric, rule: 'worse' as const })), jointly: false }
      : attribute(run.components, cause.t, look.logThreshold)
  const reasons = found.culprits.flatMap(({ metric, rule }) => {
    const evidence = run.metrics.find(({ policy }) => policy.name === metric)
    if (evidence === undefined) return []
    return [
      { code: harmCode(cause, found, rule), metric, text: describeHarm(evidence, rule, cause.t, cause.by) },
    ]
  })
  const text = harmText(found, reasons)
  if (cause.t === look.t) return { ...found, cause, text, reasons }
  // the numbers of a later look stand beside this text, so it says when it was true
  const time = timeOf(run.recording, run.recording.rolloutStart + cause.t + 1)
  const before: Reason = { code: 'failed-before', text: sentences.failedBefore(time) }
  return { ...found, cause, text: sentences.atMinute(time, text), reasons: [...reasons, before] }
}

function harmCode(cause: FailCause, found: Attribution, rule: 'worse' | 'crash' | 'limit'): Reason['code'] {
  if (found.jointly) return 'jointly-worse'
  if (cause.by === 'gate') return 'worse-at-gate'
  return ({ worse: 'worse', crash: 'crashing', limit: 'over-limit' } as const)[rule]
}

function harmText(
  { jointly }: Attribution,
  harms: readonly { readonly metric: string; readonly text: string }[],
): string {
  const [first] = harms
  if (first === undefined || jointly) return sentences.together(harms.map(({ text }) => text))
  const names = new Set(harms.map(({ metric }) => metric))
  names.delete(first.metric)
  return sentences.withOthers(first.text, [...names])
}
