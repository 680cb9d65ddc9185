import type { Policy } from '../../../src/engine/model/policy.ts'
import type { MetricData, Recording } from '../../../src/engine/model/recording.ts'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import type { Clock, FetchRequest, Log, MetricSource, Run } from '../../../src/judge/ports/ports.ts'
import { createSourceSet } from '../../../src/sources/source-set.ts'
import type { SourceOptions } from '../../../src/sources/source.ts'
import type { Identity } from '../../support/simulated-world/identity.ts'
import { settingsOf } from './stub-server.ts'

export const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }

export const wallClock: Clock = { now: () => Date.now() }

export function sourceFor(url: string, options: Partial<SourceOptions> = {}): MetricSource {
  const sources = { default: settingsOf(url, { timeoutMs: 20_000 }) }
  return createSourceSet({ sources, clock: wallClock, log: silent, ...options })
}

/** The metrics as YAML, with a preset. */
export function policyOf(select: string, metrics: string, more = ''): Policy {
  return parsePolicy(`name: test\nselect: ${select}\n${more}\nmetrics:\n${metrics}`).policy
}

export function runOf(identity: Identity, start: number, change: Partial<Run> = {}): Run {
  const { namespace, target, revisions, controller } = identity
  return {
    id: `${namespace}-${target}`,
    source: 'default',
    namespace,
    name: target,
    revision: controller === 'argo' ? revisions.canary : 'checksum',
    ...(controller === 'argo' && { stableRevision: revisions.stable }),
    policy: 'test',
    policyDigest: 'digest',
    start,
    openedAt: start,
    lastLookAt: start,
    ...change,
  }
}

export function requestOf(
  policy: Policy,
  run: Run,
  until: number,
  change: Partial<FetchRequest> = {},
): FetchRequest {
  return { policy, run, params: {}, until, signal: new AbortController().signal, ...change }
}

/** When slice `slice` of the recording begins, in milliseconds. */
export function timeOfSlice(recording: Recording, slice: number): number {
  return Date.parse(recording.start) + slice * recording.sliceSeconds * 1000
}

/** The rows of a metric by pod, without rows that have no sample; for a latency only these bounds. */
export function rowsByPod(
  recording: Recording,
  metric: string,
  bounds?: readonly number[],
): Readonly<Record<string, unknown>> {
  const data = recording.metrics[metric]
  if (data === undefined) return {}
  const rows = recording.pods.map(({ name }, j) => [name, rowOf(data, j, bounds)] as const)
  return Object.fromEntries(rows.filter(([, row]) => JSON.stringify(row).search(/\d/) >= 0))
}

export function boundsOf(recording: Recording, metric: string): readonly number[] {
  const data = recording.metrics[metric]
  return data?.kind === 'latency' ? data.bounds : []
}

function rowOf(data: MetricData, j: number, bounds: readonly number[] | undefined): unknown {
  switch (data.kind) {
    case 'errors':
      return [data.total[j] ?? null, data.bad[j] ?? null]
    case 'conversion':
      return [data.total[j] ?? null, data.good[j] ?? null]
    case 'gauge':
    case 'series':
      return data.value[j] ?? null
    case 'restarts':
      return data.restarts[j] ?? null
    case 'latency': {
      const above = data.above[j]
      const wanted = bounds ?? data.bounds
      return [data.total[j] ?? null, above ? wanted.map((bound) => above[data.bounds.indexOf(bound)]) : null]
    }
    default:
      return data satisfies never
  }
}

function nothing(): void {
  // this log keeps nothing
}
