import type { ArmNumbers, MetricVerdict } from '../../engine/model/verdict.ts'
import { answerWords } from '../../engine/model/words.ts'
import type { Judgement } from '../../judge/model/judgement.ts'

/** The verdict as an aligned table, for terminals. */
export function judgementText(judgement: Judgement): string {
  const { reasons, decisions, window, links, score } = judgement
  const lines = [
    judgement.summary,
    '',
    ...alignedFacts([
      ['verdict', judgement.verdict],
      ['judged', judgement.judged],
      ...winnerFacts(judgement),
      ['score', String(Math.round(score))],
      ['run', judgement.run],
      ...policyFacts(judgement),
      ['step', stepText(judgement)],
      ['window', `${window.from} to ${window.to}`],
      ...dataFacts(judgement),
      ['kept', keptText(judgement)],
      ['id', judgement.id],
      ...(links.run === undefined ? [] : [['more', links.run] as const]),
    ]),
    '',
    ...table(metricHead, judgement.metrics.map(metricCells)),
    '',
    ...table(
      ['reason', 'metric', 'text'],
      reasons.map(({ code, metric, text }) => [code, metric ?? '', text]),
    ),
    ...(decisions.length === 0
      ? []
      : [
          '',
          ...table(
            ['decision', 'by', 'reason'],
            decisions.map(({ decision, by, reason }) => [decision, by, reason]),
          ),
        ]),
  ]
  return `${lines.map(clean).join('\n')}\n`
}

export const metricHead = ['metric', 'judged', 'canary', 'stable', 'ratio', 'evidence', 'needs'] as const

/** One metric as a row, in the order of the table head. */
export function metricCells(metric: MetricVerdict): readonly string[] {
  const { name, canary, stable, evidence, neededMinutes, required } = metric
  return [
    required ? name : `${name} (watched)`,
    judgedText(metric),
    armText(metric, canary),
    armText(metric, stable),
    comparisonText(metric),
    short(evidence),
    neededMinutes === undefined ? '-' : `${neededMinutes} min`,
  ]
}

/** "pass, canary better" */
const judgedText = ({ judged, winner }: MetricVerdict): string =>
  winner === undefined ? judged : `${judged}, ${answerWords(winner)}`

/** Which arm is better, and what the answer is worth. */
export const winnerFacts = ({ winner }: Judgement): readonly (readonly [string, string])[] =>
  winner === undefined ? [] : [['winner', `${answerWords(winner.answer)}; ${winner.text}`]]

/** The ratio of the arms, or for a series its difference, with the sign that says so. */
function comparisonText({ ratio, difference }: MetricVerdict): string {
  if (difference !== undefined) {
    const { estimate, low, high } = difference
    return `${signed(estimate)} (${signed(low)} to ${signed(high)})`
  }
  return ratio === undefined ? '-' : `${short(ratio.estimate)} (${short(ratio.low)} to ${short(ratio.high)})`
}

const signed = (value: number): string => (value < 0 ? short(value) : `+${short(value)}`)

export function stepText({ step }: Judgement): string {
  if (step === undefined) return '-'
  const weight = step.weight === undefined ? '' : ` at ${step.weight}%`
  const next = step.next === undefined ? '' : `, next ${step.next}%`
  return `${step.index + 1}${weight}${next}${step.passed ? ', passed' : ''}`
}

export const policyFacts = ({ policy }: Judgement): readonly (readonly [string, string])[] =>
  policy === undefined ? [] : [['policy', `${policy.name} ${policy.digest.slice(0, 12)}`]]

/** Where the data of a look at the past come from; nothing for other looks. */
export function dataFacts({ data }: Judgement): readonly (readonly [string, string])[] {
  if (data === undefined) return []
  return [['data', data === 'stored' ? 'the recording kept then' : 'what Prometheus has today']]
}

export const keptText = ({ kept, notKept }: Judgement): string =>
  kept ? 'yes' : notKept === 'by-hand' ? 'no, a look by hand' : 'no, the store did not answer in time'

export function armText({ kind }: MetricVerdict, { events, of, value }: ArmNumbers): string {
  const counts = events === undefined || of === undefined ? '' : ` (${short(events)} of ${short(of)})`
  if (value === undefined) return counts === '' ? '-' : counts.trim()
  const shown =
    kind === 'latency'
      ? `${short(value)} s`
      : kind === 'gauge' || kind === 'series'
        ? short(value)
        : `${short(value * 100)}%`
  return `${shown}${counts}`
}

/** Three digits, or a whole number where more digits are before the point. */
export function short(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e9 || (size > 0 && size < 1e-4)) return value.toExponential(1)
  return size >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
}

const alignedFacts = (facts: readonly (readonly [string, string])[]): readonly string[] =>
  facts.map(([name, value]) => `${name.padEnd(8)} ${value}`)

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return []
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** Removes control characters, because text from outside must not control a terminal. */
const clean = (line: string): string => line.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?')
