import type { SourceProblem } from '../../../engine/model/recording.ts'
import type { Clock, FetchRequest } from '../../../judge/ports/ports.ts'
import { type Attempt, settle } from '../client/settle.ts'
import type { PrometheusClient } from '../client/client.ts'
import { SourceError } from '../client/source-error.ts'

/** VictoriaMetrics answers instant queries for half a minute ago, which is no skew. */
export const MUCH_SKEW_SECONDS = 45
const LIVE_MS = 5000

interface Timed {
  readonly source: string
  readonly client: PrometheusClient
  readonly signal: AbortSignal
}

/** The source's clock, and our clock when the source answered. */
interface ServerTime {
  readonly seconds: number
  readonly oursMs: number
}

export function timesOf(
  asked: readonly Timed[],
  clock: Clock,
): ReadonlyMap<string, Promise<Attempt<ServerTime>>> {
  const sources = new Map(asked.map((one) => [one.source, one]))
  return new Map(
    [...sources].map(([source, { client, signal }]) => [
      source,
      settle(async () => {
        const seconds = await serverSeconds(client, signal)
        return { seconds, oursMs: clock.now() }
      }),
    ]),
  )
}

export async function serverSeconds(client: PrometheusClient, signal: AbortSignal): Promise<number> {
  const { series } = await client.instant('time()', undefined, signal)
  const seconds = series[0]?.values[0]
  if (seconds !== undefined && Number.isFinite(seconds)) return seconds
  throw new SourceError('source-invalid', 'expected the time of Prometheus, got none')
}

/** The moment up to which slices may be settled, in Unix seconds: the earliest of all sources' clocks. */
export async function latestOf(
  usable: readonly Timed[],
  serverTimes: ReadonlyMap<string, Promise<Attempt<ServerTime>>>,
  { until }: FetchRequest,
  clock: Clock,
  problems: SourceProblem[],
): Promise<number> {
  let latest = until / 1000
  const isLive = Math.abs(clock.now() - until) <= LIVE_MS
  for (const source of new Set(usable.map((one) => one.source))) {
    const attempt = await serverTimes.get(source)
    // the queries for data of such a source fail as well, and report it
    if (attempt?.ok !== true) continue
    const { seconds, oursMs } = attempt.value
    latest = Math.min(latest, seconds)
    const skew = seconds - oursMs / 1000
    if (!isLive || Math.abs(skew) <= MUCH_SKEW_SECONDS) continue
    const text = `the clock of Prometheus is ${rounded(Math.abs(skew))} s ${skew > 0 ? 'ahead of' : 'behind'} ours`
    problems.push({ code: 'clock-skew', text })
  }
  return latest
}

export function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10
}
