import type { SourceProblem } from '../../../engine/model/recording.ts'
import { mixedLabels, placeLabels, whereAdvice } from '../arms/mixed-labels.ts'
import { settle } from '../client/settle.ts'
import type { MetricRequest } from './metric-request.ts'

const MOST_VALUES = 5

/** Finds out, once for a run, whether the series of one arm come from several places, such as clusters. */
export async function mixedSeries(
  asked: readonly MetricRequest[],
  at: number,
): Promise<readonly SourceProblem[]> {
  const one = asked.find(({ queries }) => 'scraped' in queries)
  if (one === undefined || !('scraped' in one.queries)) return []
  const { client, arms, signal, select, queries } = one
  const labels = [...new Set([...arms.armLabels, ...placeLabels])].join(', ')
  const answer = await settle(() => client.instant(`count by (${labels}) (${queries.scraped})`, at, signal))
  // a query of the metrics fails for the same reason, and reports it
  if (!answer.ok) return []
  return mixedLabels(
    answer.value.series.map((series) => series.labels),
    arms,
  ).map((mixed) => {
    const values = mixed.values.slice(0, MOST_VALUES).join(', ')
    const text = `series of one arm differ in the label ${mixed.label} (${values}), and all of them count; ${whereAdvice(select, mixed)}`
    return { code: 'mixed-series', text }
  })
}
