import { plain } from '../plain.ts'
import type { Replayed } from './replay-recording.ts'

/** Wide enough for a UUID. */
const widths = [36, 13, 11, 24] as const

export const tableHead = row(['recording', 'final', 'first fail', 'passed steps', 'looks'])

/** One recording as a row for people; with summaries a further line for each look. */
export function toTableRow(replayed: Replayed, line: number): string {
  const { id, final, firstFail, passedSteps, looks } = replayed
  const steps = passedSteps.map(({ weight, slice }) => `${weight}% at ${slice}`).join(', ')
  const full = looks.filter(({ summary }) => summary !== undefined)
  const changes =
    full.length > 0 ? String(full.length) : looks.map(({ at, verdict }) => `${verdict} at ${at}`).join(', ')
  const first = row([
    String(id ?? `line ${line}`),
    final,
    firstFail === null ? '-' : String(firstFail),
    steps || '-',
    changes,
  ])
  const inFull = full.map(
    ({ at, verdict, score, summary }) =>
      `  ${String(at).padStart(6)}  ${verdict.padEnd(12)}  ${String(Math.round(score ?? 0)).padStart(3)}  ${plain(String(summary))}`,
  )
  return [first, ...inFull].join('\n')
}

/** The row for a line that could not be replayed. */
export function toErrorRow(id: string | number | undefined, line: number, error: string): string {
  return row([String(id ?? `line ${line}`), 'error', '-', '-', error])
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => plain(cell).padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd()
}
