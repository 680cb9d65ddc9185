import type { PrometheusClient } from './client.ts'

export interface ScrapeInterval {
  readonly seconds: number
  /** Seen over a whole window: good enough to refuse a policy by. */
  readonly sure: boolean
}

const WINDOW_SECONDS = 600
const USUAL_SECONDS = [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 600] as const

/** Seconds between the samples of what is scraped most often; undefined with too few of them. */
export async function scrapeInterval(
  client: PrometheusClient,
  scraped: string,
  at: number,
  signal: AbortSignal,
): Promise<ScrapeInterval | undefined> {
  const ask = async (query: string): Promise<number | undefined> => {
    const { series } = await client.instant(query, at, signal)
    return series[0]?.values[0]
  }
  const [minute, window, older] = await Promise.all([
    ask(`max(count_over_time(${scraped}[1m]))`),
    ask(`max(count_over_time(${scraped}[${WINDOW_SECONDS}s]))`),
    ask(`count(${scraped} offset ${WINDOW_SECONDS}s)`),
  ])
  // a young series has fewer samples than its window could hold
  if (older !== undefined && window !== undefined)
    return { seconds: usual(WINDOW_SECONDS / window), sure: true }
  if (minute !== undefined && minute >= 3) return { seconds: usual(60 / minute), sure: false }
  return undefined
}

/** A scrape more or less at the edge of the window is no other interval. */
function usual(seconds: number): number {
  return USUAL_SECONDS.find((interval) => Math.abs(seconds / interval - 1) < 0.12) ?? seconds
}
