import { type Attribution, attribute } from '../decision/attribute.ts'
import type { Decided, FailCause } from '../decision/decide.ts'
import { describeHarm } from './describe-harm.ts'
import type { RunEvidence } from '../decision/gather.ts'
import { timeOf } from '../model/time-of.ts'
import type { Reason } from '../model/verdict.ts'
import { list } from '../model/words.ts'

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
  const texts = found.culprits.flatMap(({ metric, rule }) => {
    const evidence = run.metrics.find(({ policy }) => policy.name === metric)
    return evidence === undefined
      ? []
      : [{ metric, rule, text: describeHarm(evidence, rule, cause.t, cause.by) }]
  })
  const reasons = texts.map(({ metric, rule, text }) => ({
    code: harmCode(cause, found, rule),
    metric,
    text,
  }))
  const earlier = cause.t < look.t ? [failedBefore(run, cause.t)] : []
  // later numbers stand beside it
  const when = cause.t < look.t ? `at ${clockTime(run, cause.t)} ` : ''
  return { ...found, cause, text: `${when}${harmText(found, texts)}`, reasons: [...reasons, ...earlier] }
}

function harmCode(cause: FailCause, found: Attribution, rule: 'worse' | 'crash' | 'limit'): Reason['code'] {
  if (found.jointly) return 'jointly-worse'
  if (cause.by === 'gate') return 'worse-at-gate'
  return ({ worse: 'worse', crash: 'crashing', limit: 'over-limit' } as const)[rule]
}

function harmText(
  found: Attribution,
  texts: readonly { readonly metric: string; readonly text: string }[],
): string {
  const [first, ...rest] = texts
  if (first === undefined) return 'the metrics together are worse than stable'
  if (found.jointly) return `together worse than stable: ${texts.map(({ text }) => text).join('; ')}`
  const others = [...new Set(rest.map(({ metric }) => metric))].filter((name) => name !== first.metric)
  return others.length === 0 ? first.text : `${first.text}; also ${list(others)}`
}

/** 12:13 UTC, when the slice was over. */
function clockTime(run: RunEvidence, t: number): string {
  return timeOf(run.recording, run.recording.rolloutStart + t + 1).slice(11, 16)
}

function failedBefore(run: RunEvidence, t: number): Reason {
  return {
    code: 'failed-before',
    text: `failed at ${timeOf(run.recording, run.recording.rolloutStart + t + 1)}, which stays`,
  }
}
