import type { Arm } from '../../../engine/model/recording.ts'
import type { Arms } from '../arms/arms.ts'
import type { Counts } from '../counting/counts.ts'
import type { Reading } from '../counting/place-series.ts'
import type { MetricRequest } from './metric-request.ts'
import type { CountQueries } from '../queries/metric-queries.ts'
import { SourceError } from '../client/source-error.ts'

/**
 * Refuses an arm whose series lack a label of the policy's selector, because its failures could never be found. A label
 * that only failures have may be missing while there is no failure.
 */
export async function checkLabelCoverage(
  one: MetricRequest,
  { telling }: CountQueries,
  counts: Counts,
  reading: Reading,
  end: number,
): Promise<void> {
  const blameless = newAndBlameless(one.arms, counts, reading, end)
  if (blameless.length === 0) return
  const anyPart = reading.part.some(({ labels }) => one.arms.armOf(labels) !== undefined)
  for (const { label, inAll, inPart } of telling) {
    const labelled = await countByArm(one, inAll, end)
    const blind = blameless.filter((arm) => !labelled.has(arm))
    if (blind.length === 0 || (labelled.size === 0 && anyPart)) continue
    if (labelled.size > 0 && isWithin(labelled, await countByArm(one, inPart, end))) continue
    const whose = blind.length === 1 && labelled.size > 0 ? ` of the ${blind[0]}` : ''
    const text = `no series${whose} has the label ${label}, so what it tells apart cannot be seen`
    throw new SourceError('source-invalid', text)
  }
}

/** The arms that are new since the last look, still have series, and have no failures or successes yet. */
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

async function countByArm(
  { client, arms, signal }: MetricRequest,
  query: string,
  at: number,
): Promise<ReadonlyMap<Arm, number>> {
  const counts = new Map<Arm, number>()
  const { series } = await client.instant(query, at, signal)
  for (const { labels, values } of series) {
    const arm = arms.armOf(labels)
    if (arm !== undefined) counts.set(arm, (counts.get(arm) ?? 0) + (values[0] ?? 0))
  }
  return counts
}

const isWithin = (some: ReadonlyMap<Arm, number>, all: ReadonlyMap<Arm, number>): boolean =>
  [...some].every(([arm, count]) => count <= (all.get(arm) ?? 0))
