import type {
  Arm,
  MetricData,
  Pod,
  PodSeries,
  Recording,
  Sample,
  SourceProblem,
} from '../../engine/model/recording.ts'
import type { FetchedCounts, FetchedData, FetchedMetric, FetchedRow } from '../../judge/ports/ports.ts'
import { podGroup } from './pod-group.ts'
import { createReader, hasSample, mergedSamples } from './samples.ts'

const MOST_PODS = 60

/** Puts the rows of all metrics under one list of pods. History is stable's alone. The judge adds the steps. */
export function assembleRecording(fetched: FetchedData): Recording {
  const { id, sliceSeconds, start, slices } = fetched
  const rolloutStart = Math.min(fetched.rolloutStart, slices)
  const seen = rowsSeen(fetched.metrics, rolloutStart)
  const toName = podNames(seen.map(({ kept }) => kept))
  const named = seen.map((one) => ({ ...one, pods: byPod(one.kept, toName) }))
  const pods = podsOf(named.map((one) => one.pods))
  const usable = named.filter((one) => one.pods.size > 0)
  const problems = [
    ...fetched.problems,
    ...named.flatMap(({ read, missing }) => [...read.problems, ...missing]),
  ]
  const columns = createColumns(pods, rolloutStart)
  return {
    format: 'canary-judge/recording/1',
    id,
    sliceSeconds,
    start: new Date(start * 1000).toISOString(),
    slices,
    rolloutStart,
    pods,
    metrics: Object.fromEntries(usable.map((one) => [one.read.metric.name, dataOf(one, columns)])),
    problems: problems.slice(0, 1000),
  }
}

interface SeenMetric {
  readonly read: FetchedMetric
  /** The rows with samples, of the canary in the rollout. */
  readonly kept: readonly FetchedRow[]
  readonly missing: readonly SourceProblem[]
}

interface NamedMetric extends SeenMetric {
  /** By name of the pod, or of the group of pods. */
  readonly pods: ReadonlyMap<string, NamedRows>
}

interface NamedRows {
  readonly pod: Pod
  readonly rows: readonly FetchedRow[]
}

function rowsSeen(metrics: readonly FetchedMetric[], rolloutStart: number): readonly SeenMetric[] {
  const known = new Map<FetchedCounts, readonly FetchedRow[]>()
  return metrics.map((read) => {
    const { counts } = read
    const kept =
      known.get(counts) ?? counts.rows.filter((row) => hasSample(counts, row, firstSlice(row, rolloutStart)))
    known.set(counts, kept)
    return { read, kept, missing: missingArms(read, kept) }
  })
}

/** History is stable's alone. */
function firstSlice({ arm }: FetchedRow, rolloutStart: number): number {
  return arm === 'canary' ? rolloutStart : 0
}

function missingArms(
  { metric, counts }: FetchedMetric,
  kept: readonly FetchedRow[],
): readonly SourceProblem[] {
  const problem = (arm: Arm): readonly SourceProblem[] => {
    if (kept.some((row) => row.arm === arm)) return []
    const uncounted = counts.rows.some((row) => row.arm === arm && !hasSample(counts, row, 0))
    const text = uncounted
      ? `${metric.name}: series of the ${arm} are there, none of them counted yet`
      : `${metric.name}: no series of the ${arm} in the time asked for`
    return [{ code: `no-${arm}-series`, metric: metric.name, text }]
  }
  return [...problem('canary'), ...problem('stable')]
}

type PodName = (pod: string, arm: Arm) => string

/**
 * The name of a pod in the recording. Of an arm with many pods it is that of a group of pods, and where a pod serves both
 * arms, such as two variants of a feature flag, it says the arm.
 */
function podNames(metrics: readonly (readonly FetchedRow[])[]): PodName {
  const inArm = (arm: Arm): ReadonlySet<string> =>
    new Set(metrics.flat().flatMap((row) => (row.arm === arm ? (row.pod ?? []) : [])))
  const pods = { canary: inArm('canary'), stable: inArm('stable') }
  return (pod, arm) => {
    if (pods[arm].size > MOST_PODS) return podGroup(arm, pod, MOST_PODS)
    return pods.canary.has(pod) && pods.stable.has(pod) ? `${pod} ${arm}` : pod
  }
}

/** Where one series does not tell its pod, the metric is known by arm only. */
function byPod(rows: readonly FetchedRow[], toName: PodName): ReadonlyMap<string, NamedRows> {
  const aggregate = rows.some(({ pod }) => pod === undefined)
  const podFor = ({ pod, arm }: FetchedRow): Pod => {
    if (aggregate || pod === undefined) return { name: arm, arm, aggregate: true }
    return { name: toName(pod, arm), arm }
  }
  const pods = new Map<string, { readonly pod: Pod; readonly rows: FetchedRow[] }>()
  for (const row of rows) {
    const pod = podFor(row)
    const known = pods.get(pod.name)
    if (known === undefined) pods.set(pod.name, { pod, rows: [row] })
    else known.rows.push(row)
  }
  return pods
}

function podsOf(metrics: readonly ReadonlyMap<string, NamedRows>[]): readonly Pod[] {
  const pods = new Map(metrics.flatMap((rows) => [...rows].map(([name, { pod }]) => [name, pod] as const)))
  const order = ({ name, arm, aggregate }: Pod): string =>
    `${arm === 'stable' ? 0 : 1}${aggregate === true ? 1 : 0}${name}`
  return [...pods.values()].toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
}

/** The samples of all pods in one number of the counts; metrics of one histogram get the same arrays. */
type Columns = (one: NamedMetric, offset: number) => readonly PodSeries[]

function createColumns(pods: readonly Pod[], rolloutStart: number): Columns {
  const known = new Map<FetchedCounts, Map<string, readonly PodSeries[]>>()
  const from = (row: FetchedRow): number => firstSlice(row, rolloutStart)
  return ({ read: { counts, metric }, pods: named }, offset) => {
    const own = known.get(counts) ?? new Map<string, readonly PodSeries[]>()
    known.set(counts, own)
    const mean = metric.kind === 'gauge' || metric.kind === 'series'
    const read = createReader(counts)
    const nothing = Array.from({ length: counts.slices }, () => null)
    const key = `${offset} ${mean}`
    const column =
      own.get(key) ??
      pods.map(({ name }): PodSeries => {
        const rows = named.get(name)?.rows
        return rows === undefined ? null : mergedSamples(read, rows, nothing, { offset, from, mean })
      })
    own.set(key, column)
    return column
  }
}

function dataOf(one: NamedMetric, columns: Columns): MetricData {
  const { metric, parts, bounds, shape } = one.read
  const total = columns(one, 0)
  const part = (): readonly PodSeries[] => columns(one, parts[0] ?? one.read.counts.width)
  switch (metric.kind) {
    case 'errors':
      return { kind: 'errors', bad: part(), total }
    case 'conversion':
      return { kind: 'conversion', good: part(), total }
    case 'latency':
      return {
        kind: 'latency',
        bounds,
        above: aboveOf(
          parts.map((offset) => columns(one, offset)),
          total,
        ),
        total,
        ...(shape !== undefined && { shape }),
      }
    case 'gauge':
      return { kind: 'gauge', value: total }
    case 'series':
      return { kind: 'series', value: total }
    case 'restarts':
      return { kind: 'restarts', restarts: total }
    default:
      return metric satisfies never
  }
}

/** `[pod][bound][slice]`; null for a pod without a histogram. */
function aboveOf(
  columns: readonly (readonly PodSeries[])[],
  total: readonly PodSeries[],
): readonly (readonly (readonly Sample[])[] | null)[] {
  return total.map((own, pod) => own && columns.flatMap((column) => [column[pod] ?? []]))
}
