import type { SourceProblem } from '../../../engine/model/recording.ts'
import type { Counts, Oddity } from './counts.ts'

const texts = {
  duplicate: ['duplicate-target', 'scraped twice, counted once'],
  reset: ['counter-reset', 'counters began anew, as after a restart'],
  jump: ['counter-reset', 'counters jumped, what they jumped by is left out'],
  gap: ['gap', 'away for over 5 minutes, what was counted meanwhile is left out'],
} as const

/** What there is to say about the counts of the first slices. */
export function countProblems(counts: Counts, slices: number, metric: string): readonly SourceProblem[] {
  const told = counts.oddities.filter(({ slice }) => slice < slices)
  const problem = (code: Oddity['code']): SourceProblem[] => {
    const targets = told.flatMap((oddity) => (oddity.code === code ? [oddity.target] : []))
    if (targets.length === 0) return []
    const [name, text] = texts[code]
    return [{ code: name, metric, text: `${metric}: ${text}: ${named(counts, targets)}` }]
  }
  return [
    ...problem('duplicate'),
    ...problem('reset'),
    ...problem('jump'),
    ...problem('gap'),
    ...otherBounds(counts, slices, metric),
  ]
}

function named({ targets }: Counts, numbers: readonly number[]): string {
  const names = new Set(
    numbers.map((number) => {
      const { pod, instance = '' } = targets[number] ?? {}
      return pod ?? (instance === '' ? 'a target' : instance)
    }),
  )
  const shown = [...names].sort()
  return shown.length > 3 ? `${shown.slice(0, 3).join(', ')} and ${shown.length - 3} more` : shown.join(', ')
}

function otherBounds(counts: Counts, slices: number, metric: string): readonly SourceProblem[] {
  const isBy = (at: number): boolean => at >= 0 && at <= slices
  const lacking = counts.walks.flatMap(({ lackedAt, completeAt }, target) =>
    isBy(lackedAt) && !isBy(completeAt) ? [target] : [],
  )
  if (lacking.length === 0) return []
  const how = lacking.length === 1 ? '1 target has' : `${lacking.length} targets have`
  const text = `${metric}: ${how} other bucket bounds than stable had, which leaves out ${named(counts, lacking)}`
  return [{ code: 'source-invalid', metric, text }]
}
