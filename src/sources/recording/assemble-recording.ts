import type { MetricPolicy } from '../../engine/model/policy.ts'
import type {
  Arm,
  MetricData,
  Pod,
  PodSeries,
  Recording,
  Sample,
  SourceProblem,
} from '../../engine/model/recording.ts'
import { addUp, meanOf, type MetricRows, type PodRow } from './metric-rows.ts'
import type { Slicing } from './slicing.ts'

export interface MetricRead {
  readonly metric: MetricPolicy
  readonly rows: MetricRows
  readonly shape?: Extract<MetricData, { kind: 'latency' }>['shape']
}

export interface RecordingParts {
  readonly id: string
  readonly slicing: Slicing
  readonly slices: number
  readonly metrics: readonly MetricRead[]
  readonly problems: readonly SourceProblem[]
}

const MOST_PODS = 60

/** Puts the rows of all metrics under one list of pods. History is stable's alone. The judge adds the steps. */
export function assembleRecording(parts: RecordingParts): Recording {
  const { id, slicing, slices } = parts
  const { rolloutStart, sliceSeconds, start } = slicing
  const cleaned = parts.metrics.map((read) => ({ ...read, ...clean(read, Math.min(rolloutStart, slices)) }))
  const crowded = crowdedArms(cleaned.map(({ kept }) => kept))
  const named = cleaned.map((read) => ({ ...read, kept: byPod(read.metric, read.kept, crowded) }))
  const pods = podsOf(named.map(({ kept }) => kept))
  const usable = named.filter(({ kept }) => kept.size > 0)
  const problems = [...parts.problems, ...named.flatMap((read) => [...read.rows.problems, ...read.missing])]
  return {
    format: 'canary-judge/recording/1',
    id,
    sliceSeconds,
    start: new Date(start * 1000).toISOString(),
    slices,
    rolloutStart: Math.min(rolloutStart, slices),
    pods,
    metrics: Object.fromEntries(
      usable.map((read) => [
        read.metric.name,
        dataOf(read.metric, read, (name) => read.kept.get(name)?.row, pods),
      ]),
    ),
    problems: problems.slice(0, 1000),
  }
}

interface NamedRow {
  readonly pod: Pod
  readonly row: PodRow
}

function clean(
  { metric, rows }: MetricRead,
  rolloutStart: number,
): { readonly kept: readonly PodRow[]; readonly missing: readonly SourceProblem[] } {
  const masked = rows.rows.map((row) => (row.arm === 'canary' ? withoutHistory(row, rolloutStart) : row))
  const kept = masked.filter(({ total }) => total.some((value) => value !== null))
  const problem = (arm: Arm): readonly SourceProblem[] => {
    if (kept.some((row) => row.arm === arm)) return []
    const uncounted = rows.rows.some((row) => row.arm === arm && row.total.every((value) => value === null))
    const text = uncounted
      ? `${metric.name}: series of the ${arm} are there, none of them counted yet`
      : `${metric.name}: no series of the ${arm} in the time asked for`
    return [{ code: `no-${arm}-series`, metric: metric.name, text }]
  }
  return { kept, missing: [...problem('canary'), ...problem('stable')] }
}

function withoutHistory(row: PodRow, rolloutStart: number): PodRow {
  const mask = (samples: readonly Sample[]): readonly Sample[] =>
    samples.map((value, k) => (k < rolloutStart ? null : value))
  return { ...row, total: mask(row.total), parts: row.parts.map(mask) }
}

/** Arms with so many pods that they are kept in groups. */
function crowdedArms(metrics: readonly (readonly PodRow[])[]): ReadonlySet<Arm> {
  const arms: readonly Arm[] = ['stable', 'canary']
  const rows = metrics.flat()
  return new Set(
    arms.filter(
      (arm) => new Set(rows.flatMap((row) => (row.arm === arm ? (row.pod ?? []) : []))).size > MOST_PODS,
    ),
  )
}

/** Where one series does not tell its pod, the metric is known by arm only. */
function byPod(
  metric: MetricPolicy,
  rows: readonly PodRow[],
  crowded: ReadonlySet<Arm>,
): ReadonlyMap<string, NamedRow> {
  const aggregate = rows.some(({ pod }) => pod === undefined)
  const podFor = ({ pod, arm }: PodRow): Pod => {
    if (aggregate || pod === undefined) return { name: arm, arm, aggregate: true }
    return { name: crowded.has(arm) ? podGroup(arm, pod, MOST_PODS) : pod, arm }
  }
  const totalOf = metric.kind === 'gauge' ? meanOf : addUp
  const groups = Map.groupBy(rows, (row) => podFor(row).name)
  return new Map(
    [...groups].flatMap(([name, same]) => {
      const [first] = same
      if (first === undefined) return []
      const row = {
        ...first,
        total: totalOf(same.map(({ total }) => total)),
        parts: first.parts.map((_, p) => addUp(same.map(({ parts }) => parts[p] ?? []))),
      }
      return [[name, { pod: podFor(first), row }] as const]
    }),
  )
}

function podsOf(metrics: readonly ReadonlyMap<string, NamedRow>[]): readonly Pod[] {
  const pods = new Map(metrics.flatMap((rows) => [...rows].map(([name, { pod }]) => [name, pod] as const)))
  const order = ({ name, arm, aggregate }: Pod): string =>
    `${arm === 'stable' ? 0 : 1}${aggregate === true ? 1 : 0}${name}`
  return [...pods.values()].toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
}

function dataOf(
  metric: MetricPolicy,
  { rows, shape }: MetricRead,
  rowOf: (name: string) => PodRow | undefined,
  pods: readonly Pod[],
): MetricData {
  const total = pods.map(({ name }): PodSeries => rowOf(name)?.total ?? null)
  const part = pods.map(({ name }): PodSeries => rowOf(name)?.parts[0] ?? null)
  switch (metric.kind) {
    case 'errors':
      return { kind: 'errors', bad: part, total }
    case 'conversion':
      return { kind: 'conversion', good: part, total }
    case 'latency':
      return {
        kind: 'latency',
        bounds: rows.bounds,
        above: pods.map(({ name }) => rowOf(name)?.parts ?? null),
        total,
        ...(shape !== undefined && { shape }),
      }
    case 'gauge':
      return { kind: 'gauge', value: total }
    case 'restarts':
      return { kind: 'restarts', restarts: total }
    default:
      return metric satisfies never
  }
}

/** The group of a pod among so many; the same name always falls into the same group. */
export function podGroup(arm: Arm, pod: string, groups: number): string {
  // FNV-1a, 32 bit: http://www.isthe.com/chongo/tech/comp/fnv/
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(pod)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return `${arm}-group-${String(hash % groups).padStart(2, '0')}`
}
