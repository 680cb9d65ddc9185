import type { Arm } from '../analysis/recording.ts'
import type { Arms } from './arms.ts'
import type { RangeWindow } from './client.ts'
import type { Counts } from './counting/counts.ts'
import type { Reading } from './counting/place-series.ts'
import type { Asked, Feed } from './feeds.ts'
import { fetchRange } from './fetch-range.ts'
import type { CountQueries, LatencyQueries } from './metric-queries.ts'
import { toClassic } from './native-histograms.ts'
import type { Series } from './query-result.ts'
import type { HistogramState } from './run-state.ts'
import type { Slicing } from './slicing.ts'
import { SourceError } from './source-error.ts'

/** Asks for the boundaries that are not known yet, and the last known one again to see whether samples came late. */
export async function readFeed(
  { metrics: [one] }: Feed,
  counts: Counts,
  histogram: HistogramState | undefined,
  slicing: Slicing,
  points: number,
): Promise<Reading> {
  const known = counts.points
  if (points <= known) return { total: [], part: [] }
  const at = (boundary: number): number => slicing.start + boundary * slicing.sliceSeconds
  const window: RangeWindow = {
    start: at(Math.max(known - 1, 0)),
    end: at(points - 1),
    stepSeconds: slicing.sliceSeconds,
  }
  const ask = async (query: string): Promise<readonly Series[]> => {
    const { series, warnings } = await fetchRange(one.client, query, window, one.signal)
    const [warning] = warnings
    if (warning === undefined) return series
    throw new SourceError('source-partial', `Prometheus gave partial data: ${warning}`)
  }
  const { queries } = one
  switch (queries.kind) {
    case 'gauge':
      return { total: await ask(queries.query), part: [] }
    case 'latency':
      return { total: await askBuckets(ask, queries, histogram), part: [] }
    case 'errors':
    case 'conversion': {
      const [total, part] = await Promise.all([ask(queries.total), ask(queries.part)])
      const blameless = newAndBlameless(one.arms, counts, { total, part }, window.end)
      await refuseBlind(one, queries, { blameless, at: window.end, part: part.length > 0 })
      return { total, part }
    }
    default:
      return queries satisfies never
  }
}

/** Arms that have come since the last look, are there still, and of whose part there is no series. */
function newAndBlameless(
  arms: Arms,
  { targets }: Counts,
  { total, part }: Reading,
  end: number,
): readonly Arm[] {
  const there = new Set(
    total.filter(({ times }) => times.at(-1) === end).map(({ labels }) => arms.armOf(labels)),
  )
  const without = new Set([...part.map(({ labels }) => arms.armOf(labels)), ...targets.map(({ arm }) => arm)])
  return (['canary', 'stable'] as const).filter((arm) => there.has(arm) && !without.has(arm))
}

/**
 * No failure yet is fine; a label that no series of an arm has would hide every one of them for ever, unless it is one
 * that only failures have.
 */
async function refuseBlind(
  { client, signal, arms }: Asked,
  { telling }: CountQueries,
  {
    blameless,
    at,
    part,
  }: { readonly blameless: readonly Arm[]; readonly at: number; readonly part: boolean },
): Promise<void> {
  if (blameless.length === 0) return
  const countByArm = async (query: string): Promise<ReadonlyMap<Arm, number>> => {
    const counts = new Map<Arm, number>()
    for (const { labels, values } of (await client.instant(query, at, signal)).series) {
      const arm = arms.armOf(labels)
      if (arm !== undefined) counts.set(arm, (counts.get(arm) ?? 0) + (values[0] ?? 0))
    }
    return counts
  }
  for (const { label, inAll, inPart } of telling) {
    const labelled = await countByArm(inAll)
    const blind = blameless.filter((arm) => !labelled.has(arm))
    if (blind.length === 0 || (labelled.size === 0 && part)) continue
    const failed = labelled.size === 0 ? labelled : await countByArm(inPart)
    const onlyFailures = [...labelled].every(([arm, count]) => count <= (failed.get(arm) ?? 0))
    if (labelled.size > 0 && onlyFailures) continue
    const whose = blind.length === 1 && labelled.size > 0 ? ` of the ${blind[0]}` : ''
    const text = `no series${whose} has the label ${label}, so what it tells apart cannot be seen`
    throw new SourceError('source-invalid', text)
  }
}

async function askBuckets(
  ask: (query: string) => Promise<readonly Series[]>,
  queries: LatencyQueries,
  histogram: HistogramState | undefined,
): Promise<readonly Series[]> {
  if (histogram?.native !== true) return ask(queries.classic(histogram?.bounds))
  return toClassic(await ask(queries.native), histogram.bounds ?? [])
}
