import type { SourceProblem } from '../../../engine/model/recording.ts'
import { mixedLabels, placeLabels, whereAdvice } from '../arms/mixed-labels.ts'
import { settle } from '../client/settle.ts'
import type { MetricRequest } from './metric-request.ts'

const MOST_VALUES = 5

/** Asked once for a run: whether what counts as one arm comes from several places, and each of them counts. */
export async function mixedSeries(
  asked: readonly MetricRequest[],
  at: number,
): Promise<readonly SourceProblem[]> {
  const one = asked.find(({ queries }) => 'scraped' in queries)
  if (one === undefined || !('scraped' in one.queries)) return []
  const { client, arms, signal, select, queries } = one
  const labels = [...new Set([...arms.armLabels, ...placeLabels])].join(', ')
  const answer = await settle(() => client.instant(`count by (${labels}) (${queries.scraped})`, at, signal))
  // what fails here fails in the queries of the metrics too, which say so
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
