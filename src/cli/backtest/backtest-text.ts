import { plain } from '../plain.ts'
import type { Episode } from '../past/episodes.ts'
import type { JudgedPast } from './judge-past.ts'

export interface BacktestLine extends JudgedPast {
  readonly revision?: string
  readonly stable?: string
  /** The version had served before, and took over again. */
  readonly rollback?: true
  readonly against?: readonly AgainstLine[]
}

/** What the thresholds of an AnalysisTemplate or a Canary would have done. */
export interface AgainstLine {
  readonly name: string
  readonly outcome: 'promoted' | 'aborted' | 'paused' | 'not judged'
  /** Minutes from the start; absent where they would not have ended the rollout. */
  readonly after?: number
  readonly why: string
  /** The metrics that could not be evaluated. */
  readonly leftOut: readonly { readonly metric: string; readonly why: string }[]
}

const widths = [16, 10, 10, 22, 7, 6] as const

export const backtestHead = row(['began', 'revision', 'stable', 'steps: % for minutes', 'would', 'at'])

/** A row for the rollout, and below it why. */
export function toBacktestRow(line: BacktestLine): string {
  const { id, start, revision, stable, rollback, steps, outcome, after, why, against = [] } = line
  const first = row([
    start.slice(0, 16).replace('T', ' '),
    revision ?? String(id ?? ''),
    stable ?? '',
    steps.map(({ weight, minutes }) => `${weight} for ${minutes}`).join(', ') || 'none seen',
    words[outcome],
    `${after} min`,
  ])
  const back = rollback === true ? [`  a rollback: ${plain(revision ?? '')} had served before`] : []
  return [first, ...back, `  ${plain(why)}`, ...against.map((one) => `  ${plain(againstText(one))}`)].join(
    '\n',
  )
}

/** Why a time is left out that looked like a rollout. */
export function strayText({ version, from, to }: Episode): string {
  const began = new Date(from * 1000).toISOString().slice(0, 16).replace('T', ' ')
  return `left out: pods of ${version} at ${began} for ${(to - from) / 60} min, a version that had served before and did not take over`
}

/** Why there is no rollout to judge. */
export const noneText = (workload: string, versions: readonly string[]): string =>
  versions.length === 0
    ? `Prometheus has no series of ${workload} in this time; canary-judge doctor says what is missing`
    : `no version came while another one was there; versions seen: ${versions.slice(0, 10).join(', ')}`

function againstText({ name, outcome, after, why, leftOut }: AgainstLine): string {
  const without = leftOut.map(({ metric }) => metric).join(', ')
  const rest = without === '' || outcome === 'not judged' ? '' : `; not evaluated: ${without}`
  return `${name}: ${againstWords[outcome]}${after === undefined ? '' : ` at ${after} min`}: ${why}${rest}`
}

const againstWords = {
  promoted: 'would promote',
  aborted: 'would abort',
  paused: 'would pause',
  'not judged': 'not judged',
} as const

const words = { aborted: 'abort', passed: 'pass', asked: 'ask' } as const

export function backtestConclusion(lines: readonly BacktestLine[]): string {
  const count = (outcome: JudgedPast['outcome']): number =>
    lines.filter((line) => line.outcome === outcome).length
  const backs = lines.filter(({ rollback }) => rollback === true).length
  const rollbacks = backs === 0 ? '' : `, ${backs} of them ${backs === 1 ? 'a rollback' : 'rollbacks'}`
  const all = `${lines.length} ${lines.length === 1 ? 'rollout' : 'rollouts'}${rollbacks}`
  return [
    `${all}: ${count('passed')} would pass, ${count('aborted')} would be aborted, a person would be asked about ${count('asked')}.`,
    ...againstConclusions(lines.flatMap(({ against = [] }) => against)),
  ].join('\n')
}

function againstConclusions(all: readonly AgainstLine[]): readonly string[] {
  return [...Map.groupBy(all, ({ name }) => name)].map(([name, own]) => {
    const count = (outcome: AgainstLine['outcome']): number =>
      own.filter((line) => line.outcome === outcome).length
    const done = `${count('promoted')} would be promoted, ${count('aborted')} aborted, ${count('paused')} paused`
    return `${plain(name)}: ${done}, ${count('not judged')} not judged.`
  })
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, i) => plain(cell).padEnd(widths[i] ?? 0))
    .join('  ')
    .trimEnd()
}
