import type { PrometheusClient, RangeWindow } from './client.ts'
import type { QueryResult, Series } from './query-result.ts'
import { SourceError } from './source-error.ts'

/** Prometheus refuses more than 11 000 points of one series. */
const MOST_POINTS = 10_000
/** Four answers of the largest size hold more samples than a look may read. */
const MOST_SPLITS = 2

/** All series of a range query, or an error; never a part of them. */
export async function fetchWhole(
  { client, signal }: { readonly client: PrometheusClient; readonly signal: AbortSignal },
  query: string,
  window: RangeWindow,
): Promise<readonly Series[]> {
  const { series, warnings } = await fetchRange(client, query, window, signal)
  const [warning] = warnings
  if (warning === undefined) return series
  throw new SourceError('source-partial', `Prometheus gave partial data: ${warning}`)
}

/** Sends a range query in as many parts as its size needs. Gives the whole answer or an error. */
async function fetchRange(
  client: PrometheusClient,
  query: string,
  window: RangeWindow,
  signal: AbortSignal,
  depth = 0,
): Promise<QueryResult> {
  const points = Math.round((window.end - window.start) / window.stepSeconds) + 1
  if (points > MOST_POINTS) return inHalves(client, query, window, signal, depth)
  try {
    return await client.range(query, window, signal)
  } catch (error) {
    const tooLarge = error instanceof SourceError && error.kind === 'source-too-large'
    if (!tooLarge || points < 4 || depth >= MOST_SPLITS) throw error
    return inHalves(client, query, window, signal, depth + 1)
  }
}

/** Sends the halves one after the other, because both at once could be too large again. */
async function inHalves(
  client: PrometheusClient,
  query: string,
  window: RangeWindow,
  signal: AbortSignal,
  depth: number,
): Promise<QueryResult> {
  const { start, end, stepSeconds } = window
  const middle = start + Math.floor((end - start) / stepSeconds / 2) * stepSeconds
  const first = await fetchRange(client, query, { start, end: middle, stepSeconds }, signal, depth)
  const second = await fetchRange(
    client,
    query,
    { start: middle + stepSeconds, end, stepSeconds },
    signal,
    depth,
  )
  return {
    series: [...first.series, ...second.series],
    warnings: [...new Set([...first.warnings, ...second.warnings])],
  }
}
