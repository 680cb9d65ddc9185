import type { LintReport } from '../model/report.ts'
import { severities, type Severity } from '../model/finding.ts'

/** How many findings of each severity there are. */
export const countsOf = ({ findings }: Pick<LintReport, 'findings'>): Readonly<Record<Severity, number>> => {
  const count = (wanted: Severity): number => findings.filter(({ severity }) => severity === wanted).length
  return { error: count('error'), warning: count('warning'), note: count('note') }
}

/** The last line: what was found, and in how much. */
export function summaryOf(report: LintReport): string {
  const counts = countsOf(report)
  const found = severities.filter((each) => counts[each] > 0).map((each) => counted(counts[each], each))
  const { objects, files, patches } = report
  const left =
    patches === 0
      ? ''
      : `; ${counted(patches, 'patch', 'patches')} left out, lint what kustomize build prints`
  return `${found.length === 0 ? 'nothing found' : found.join(', ')} in ${counted(objects, 'object')} of ${counted(files, 'file')}${left}`
}

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`
