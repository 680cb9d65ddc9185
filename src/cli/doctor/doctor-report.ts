import { plain } from '../plain.ts'
import type { Diagnosis, Finding, MetricDiagnosis, ProbedQuery } from '../../judge/ports/diagnosis.ts'

const marks = { error: '✗', warning: '!', note: '·' } as const

/** The result and its causes, the most serious first, in at most `most` + 2 lines. The full report has the rest. */
export function doctorCauses(diagnosis: Diagnosis, title: string, most: number): string {
  const { findings, metrics } = diagnosis
  const ofMetrics = metrics.flatMap(({ name, findings: own }) =>
    own.map(({ level, text }) => ({ level, text: `${name}: ${text}` })),
  )
  const all = [...findings, ...ofMetrics]
  const causes = (['error', 'warning'] as const).flatMap((level) => all.filter((one) => one.level === level))
  const hidden = causes.length - most
  return [
    `${plain(title)}: ${conclusionOf(diagnosis)}`,
    ...causes.slice(0, most).map(({ level, text }) => plain(`${marks[level]} ${text}`)),
    `${hidden > 0 ? `${hidden} more, and each query and label: ` : 'Each query and label: '}--verbose`,
    '',
  ].join('\n')
}

function conclusionOf({ ok, findings, metrics }: Diagnosis): string {
  const all = [...findings, ...metrics.flatMap((metric) => metric.findings)]
  const count = (level: Finding['level']): number => all.filter((finding) => finding.level === level).length
  return ok
    ? `All that a verdict needs is there${count('warning') > 0 ? `; ${counted(count('warning'), 'warning')}` : ''}.`
    : `${counted(count('error'), 'problem')} in the way of a verdict, ${counted(count('warning'), 'warning')}.`
}

/** A diagnosis for people: for each metric first what is wrong, then the queries and what they found. */
export function doctorReport(diagnosis: Diagnosis, title: string): string {
  const { findings, metrics, minutes, at } = diagnosis
  return [
    `${plain(title)}, the ${minutes} minutes until ${at}`,
    ...findings.map(lineOf),
    ...metrics.flatMap((metric) => ['', ...metricLines(metric)]),
    '',
    conclusionOf(diagnosis),
    '',
  ].join('\n')
}

function metricLines({ name, kind, required, source, queries, labels, findings }: MetricDiagnosis): string[] {
  const grave = findings.some(({ level }) => level === 'error')
  const mark = grave
    ? marks.error
    : queries.length === 0 || findings.some(({ level }) => level === 'warning')
      ? marks.warning
      : '✓'
  const labelWidth = Math.max(...labels.map((label) => label.name.length), 0)
  return [
    plain(`${mark} ${name} (${kind}${required ? '' : ', not required'}) from ${source}`),
    ...findings.map(lineOf),
    ...(queries.length > 0 ? ['', ...table(queries), ''] : []),
    ...queries.map(({ of, query }) => plain(`  ${of.padEnd(7)}  ${query}`)),
    ...(labels.length > 0 ? ['', '  labels seen'] : []),
    ...labels.map(({ name: label, values, count }) => {
      const more = count > values.length ? ` and ${count - values.length} more` : ''
      return plain(`  ${label.padEnd(labelWidth)}  ${values.join(', ')}${more}`)
    }),
  ]
}

function table(queries: readonly ProbedQuery[]): readonly string[] {
  const head = ['', 'canary series', 'samples', 'stable series', 'samples']
  const rows = queries.map(({ of, arms: { canary, stable } }) =>
    [of, canary.series, canary.samples, stable.series, stable.samples].map(String),
  )
  return [head, ...rows].map((cells) => {
    const [first = '', ...numbers] = cells
    const aligned = numbers.map((cell, index) => cell.padStart(head[index + 1]?.length ?? 0))
    return `  ${first.padEnd(7)}  ${aligned.join('  ')}`.trimEnd()
  })
}

function lineOf({ level, text }: Finding): string {
  return plain(`  ${marks[level]} ${text}`)
}

function counted(count: number, word: string): string {
  return `${count === 0 ? 'no' : count} ${word}${count === 1 ? '' : 's'}`
}
