import type { Decided } from '../decision/decide.ts'
import type { RunEvidence } from '../decision/gather.ts'
import { requiredMetrics } from '../decision/required-metrics.ts'
import { nextWeight } from '../decision/rules/moment.ts'
import type { ReasonCode } from '../model/verdict.ts'
import { list } from '../model/words.ts'
import { describePass, describeUnshown } from './describe-metric.ts'
import type { Harm } from './harm-found.ts'
import { sentences } from './sentences.ts'
import { type Comparison, comparisonText } from './winner.ts'
import type { Uncertainty } from './uncertainty.ts'

/** What else a look showed. */
export interface Findings {
  readonly open: readonly Uncertainty[]
  readonly harm: Harm | undefined
  /** Under `decide: winner`. */
  readonly comparison: Comparison | undefined
}

/** The sentence after the verdict's word. */
export function summarize(run: RunEvidence, look: Decided, { open, harm, comparison }: Findings): string {
  const compared = comparison && comparisonText(comparison, sumUp(open))
  if (look.judged === 'fail') return `${whyOtherAnswer(run, look)}${compared ?? harm?.text ?? ''}`
  if (look.judged === 'pass')
    return compared === undefined ? passText(run, look) : `${whyOtherAnswer(run, look)}${compared}`
  const why = compared ?? sumUp(open)
  const { rule } = look
  if (rule === undefined || look.verdict === 'inconclusive') return why
  return rule.rule === 'hold'
    ? sentences.holdSays(rule.outcome, why)
    : sentences.ruleSays(rule.rule, rule.outcome, why)
}

/** What a pass has shown, or that nothing speaks against it. */
export function passText(run: RunEvidence, look: Decided): string {
  return `${whyOtherAnswer(run, look)}${shownText(run, look)}`
}

function shownText(run: RunEvidence, look: Decided): string {
  const t = look.passedAt ?? look.t
  if (look.passedBy === 'no-sign') return describeUnshown(run, t, sentences.noSign)
  if (look.passedBy === 'no-fail') return describeUnshown(run, t, sentences.notFailed)
  const next = nextWeight(look.step)
  const shown = requiredMetrics(run).flatMap((metric) => describePass(metric, run.policy, next, t) ?? [])
  return shown.length > 0 ? shown.join(', ') : sentences.nothingRequired
}

/** Why the answer is not what was judged; nothing where it is. */
function whyOtherAnswer({ policy }: RunEvidence, { judged, verdict }: Decided): string {
  if (verdict === judged) return ''
  if (policy.mode === 'observe') return sentences.observing(judged)
  return judged === 'fail' ? sentences.pausing : sentences.waitingForApproval
}

/** One sentence for the whole: the first kind of reason, with every metric that shares it. */
export function sumUp(found: readonly Uncertainty[]): string {
  const [first] = found
  if (first === undefined) return sentences.nothingYet
  const { code, text } = first.reason
  const alike = found.filter(({ reason }) => reason.code === code)
  const names = alike.map(({ reason }) => reason.metric ?? '')
  const waits = alike.flatMap(({ minutes }) => minutes ?? [])
  if (code === 'needs-more-data' && waits.length === alike.length)
    return sentences.needs(names, Math.max(...waits))
  if (code === 'warming-up') return sentences.warmingUp(Math.max(...alike.map((one) => one.minutes ?? 1)))
  const shared = text.endsWith(sentences.neverWarm) ? sentences.neverWarm : sharedSentences[code]
  return alike.length > 1 && shared !== undefined ? `${shared} (${list(names)})` : text
}

const sharedSentences: Partial<Record<ReasonCode, string>> = {
  'no-canary-data': sentences.noCanaryData,
  'no-stable-data': sentences.noStableData,
  'no-canary-traffic': sentences.noCanaryTraffic,
  'no-stable-traffic': sentences.noStableTraffic,
}
