import { plain } from '../plain.ts'
import type { JudgedPast } from './judge-past.ts'

export interface BacktestLine extends JudgedPast {
  readonly revision?: string
  readonly stable?: string
  readonly against?: readonly AgainstLine[]
}

/** What fixed thresholds would have done. */
export interface AgainstLine {
  readonly name: string
  readonly outcome: 'aborted' | 'let go'
  /** Minutes from the start; absent where the rollout would not have been aborted. */
  readonly after?: number
  readonly why: string
}

const widths = [16, 10, 10, 22, 7, 6] as const

export const backtestHead = row(['began', 'revision', 'stable', 'steps: % for minutes', 'would', 'at'])

/** A row for the rollout, and below it why. */
export function toBacktestRow(line: BacktestLine): string {
  const { id, start, revision, stable, steps, outcome, after, why, against = [] } = line
  const first = row([
    start.slice(0, 16).replace('T', ' '),
    revision ?? String(id ?? ''),
    stable ?? '',
    steps.map(({ weight, minutes }) => `${weight} for ${minutes}`).join(', ') || 'none seen',
    words[outcome],
    `${after} min`,
  ])
  return [
    first,
    `  ${plain(why)}`,
    ...against.map((one) =>
      plain(
        `  ${one.name} would ${one.outcome === 'aborted' ? `abort at ${one.after} min` : 'let it go'}: ${one.why}`,
      ),
    ),
  ].join('\n')
}

const words = { aborted: 'abort', passed: 'pass', asked: 'ask' } as const

export function backtestConclusion(lines: readonly BacktestLine[]): string {
  const count = (outcome: JudgedPast['outcome']): number =>
    lines.filter((line) => line.outcome === outcome).length
  const all = `${lines.length} ${lines.length === 1 ? 'rollout' : 'rollouts'}`
  return `${all}: ${count('passed')} would pass, ${count('aborted')} would be aborted, a person would be asked about ${count('asked')}.`
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, i) => plain(cell).padEnd(widths[i] ?? 0))
    .join('  ')
    .trimEnd()
}
