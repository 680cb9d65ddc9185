import type { PrometheusClient } from './client.ts'
import type { QueryResult } from './query-result.ts'

/** A client for one look that sends a query once when several metrics need its answer. */
export function deduplicatingClient(client: PrometheusClient): PrometheusClient {
  const answers = new Map<string, Promise<QueryResult>>()
  const once = (key: string, ask: () => Promise<QueryResult>): Promise<QueryResult> => {
    const known = answers.get(key)
    if (known !== undefined) return known
    const answer = ask()
    answers.set(key, answer)
    return answer
  }
  return {
    ...client,
    instant: (query, at, signal) => once(`${at} ${query}`, () => client.instant(query, at, signal)),
    range: (query, window, signal) =>
      once(`${window.start} ${window.end} ${window.stepSeconds} ${query}`, () =>
        client.range(query, window, signal),
      ),
  }
}
