import type { PrometheusClient } from './client.ts'
import type { QueryResult } from './query-result.ts'
import { SourceError } from './source-error.ts'

/** The limit of samples for one look, over all its queries and sources. */
export interface SampleBudget {
  /** The client within the budget: the query that exceeds it and all others of the look fail as too large. */
  within(client: PrometheusClient): PrometheusClient
}

export function createSampleBudget(most: number): SampleBudget {
  const exceeded = new AbortController()
  let read = 0
  const refusal = (): SourceError =>
    new SourceError('source-too-large', `the answers of Prometheus have more than ${most} samples together`)
  const counted = async (
    ask: (signal: AbortSignal) => Promise<QueryResult>,
    signal: AbortSignal,
  ): Promise<QueryResult> => {
    if (exceeded.signal.aborted) throw refusal()
    let result: QueryResult
    try {
      result = await ask(AbortSignal.any([signal, exceeded.signal]))
    } catch (error) {
      throw exceeded.signal.aborted ? refusal() : error
    }
    read += result.series.reduce((sum, { times }) => sum + times.length, 0)
    if (read <= most) return result
    exceeded.abort()
    throw refusal()
  }
  return {
    within: (client) => ({
      ...client,
      instant: (query, at, signal) => counted((both) => client.instant(query, at, both), signal),
      range: (query, window, signal) => counted((both) => client.range(query, window, both), signal),
    }),
  }
}
