import type { Policy } from '../../engine/model/policy.ts'
import type { SourceProblem } from '../../engine/model/recording.ts'
import type { CanaryStartRequest, FetchedMetric, FetchRequest } from '../../judge/ports/ports.ts'
import { createLru } from '../../lru.ts'
import { type Source, sourceNameOf, type SourceOptions } from '../source.ts'
import { checkParams } from './arms/check-params.ts'
import { createClient, type PrometheusClient } from './client/client.ts'
import { deduplicatingClient } from './client/deduplicating-client.ts'
import { createSampleBudget } from './client/sample-budget.ts'
import { createTurns, type InTurns } from './client/turns.ts'
import { countProblems } from './counting/count-problems.ts'
import { type Counts, fetchedCounts, partsOf } from './counting/counts.ts'
import { restartsByResets } from './counting/restarts-by-resets.ts'
import { diagnose } from './diagnosis/diagnose.ts'
import { canaryStart } from './fetching/canary-start.ts'
import { type FetchedMetrics, fetchMetrics } from './fetching/fetch-metrics.ts'
import { type MetricRequest, metricRequest } from './fetching/metric-request.ts'
import { type RunState, runStateBytes } from './fetching/run-state.ts'

const CACHE_BYTES = 64 * 1024 * 1024
/** Twice the samples of a look at 500 pods. More samples would delay all other looks by seconds. */
const MOST_SAMPLES = 2_500_000
const DIAGNOSE_BYTES = 16 * 1024 * 1024

/** The source for Prometheus and servers with its API: Thanos, Mimir, VictoriaMetrics. */
export function createPrometheus(options: SourceOptions): Source {
  const { sources, clock, log, cacheBytes = CACHE_BYTES } = options
  const inTurns = createTurns()
  const clients = clientsOf({ ...options, inTurns })
  const cache = createLru<RunState>(cacheBytes, runStateBytes)
  return {
    check(request) {
      prepare({ ...request, signal: new AbortController().signal }, options, clients)
    },
    // async, so that a request that can never work rejects and does not throw
    canaryStart: async (request) => canaryStart(prepare(request, options, clients), request),
    async read(request, time) {
      const asked = prepare(request, options, clients)
      const key = cacheKey(request)
      const looked = await fetchMetrics(asked, request, { time, clock, inTurns, before: cache.get(key) })
      request.signal.throwIfAborted()
      // a look without data must not fix the length of a slice
      if (looked.read.size > 0 || looked.state.learned.size > 0) cache.set(key, looked.state)
      for (const problem of looked.problems) log.warn({ run: request.run.id, ...problem }, 'source problem')
      return {
        metrics: metricsOf(asked, looked),
        problems: [...looked.problems, ...lateOf(looked.read)],
      }
    },
    async diagnose(request) {
      // clients of its own, so that a diagnosis does not delay looks
      const own = clientsOf({ sources, maxResponseBytes: DIAGNOSE_BYTES, concurrency: 4 })
      try {
        return await diagnose(request, { clients: own, sources, clock })
      } finally {
        for (const client of own.values()) client.close()
      }
    },
    close() {
      for (const client of clients.values()) client.close()
      cache.clear()
    },
  }
}

function clientsOf({
  sources,
  telemetry,
  maxResponseBytes,
  concurrency,
  inTurns,
}: Pick<SourceOptions, 'sources' | 'telemetry' | 'maxResponseBytes' | 'concurrency'> & {
  readonly inTurns?: InTurns
}): ReadonlyMap<string, PrometheusClient> {
  return new Map(
    Object.entries(sources).map(([name, settings]) => {
      const client = createClient({
        settings,
        ...(concurrency !== undefined && { concurrency }),
        ...(inTurns !== undefined && { inTurns }),
        ...(maxResponseBytes !== undefined && { maxResponseBytes }),
        ...(telemetry !== undefined && {
          observe: (result: string, seconds: number) => telemetry.query(name, result, seconds),
        }),
      })
      return [name, client]
    }),
  )
}

/** Prepares the queries. Refuses here what is known to be wrong before a query is sent. */
function prepare(
  request: Pick<CanaryStartRequest, 'policy' | 'run' | 'params' | 'signal'>,
  { sources, maxSamples = MOST_SAMPLES }: SourceOptions,
  clients: ReadonlyMap<string, PrometheusClient>,
): readonly MetricRequest[] {
  const { policy, signal } = request
  checkParams(policy, request.params)
  const budget = createSampleBudget(maxSamples)
  const servers = new Map(
    [...clients].map(([name, client]) => {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(sources[name]?.timeoutMs ?? 0)])
      return [name, { client: deduplicatingClient(budget.within(client)), signal: deadline }]
    }),
  )
  return policy.metrics.flatMap((metric) => {
    const server = servers.get(sourceNameOf(policy, metric))
    return server === undefined ? [] : [metricRequest(metric, request, server)]
  })
}

function cacheKey({ run, policy, params }: FetchRequest): string {
  const sorted = Object.entries(params).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([run.id, run.start, run.policyDigest, run.stableRevision, queriesOf(policy), sorted])
}

/** The parts of a policy that decide which data are fetched. */
function queriesOf(policy: Policy): readonly unknown[] {
  const { source, select, slice, historySeconds, metrics } = policy
  return [source, select, slice, historySeconds, metrics]
}

function metricsOf(asked: readonly MetricRequest[], looked: FetchedMetrics): readonly FetchedMetric[] {
  const { read, slices } = looked
  const known = new Map([...new Set(read.values())].map((counts) => [counts, fetchedCounts(counts, slices)]))
  return asked.flatMap((one): FetchedMetric[] => {
    const counts = read.get(one.metric.name)
    const fetched = counts && known.get(counts)
    if (counts === undefined || fetched === undefined) return []
    return [byResets(one, counts, asked, looked) ?? { ...metricOf(one, counts, looked), counts: fetched }]
  })
}

/** Reads restarts from the counters of another metric with pods, where there are no series of restarts. */
function byResets(
  { metric }: MetricRequest,
  counts: Counts,
  asked: readonly MetricRequest[],
  { read, slices }: FetchedMetrics,
): FetchedMetric | undefined {
  if (metric.kind !== 'restarts' || metric.restarts !== undefined || counts.rows.length > 0) return undefined
  for (const other of asked) {
    const others = 'query' in other.queries ? undefined : read.get(other.metric.name)
    const restarts = others && restartsByResets(others, slices)
    if (restarts !== undefined && restarts.rows.length > 0)
      return { metric, counts: restarts, parts: [], bounds: [], problems: [] }
  }
  return undefined
}

function metricOf(
  { metric, queries }: MetricRequest,
  counts: Counts,
  { slices, state }: FetchedMetrics,
): Omit<FetchedMetric, 'counts'> {
  const problems = countProblems(counts, slices, metric.name)
  if (queries.kind !== 'latency') return { metric, parts: partsOf(counts), bounds: [], problems }
  const { histogram } = state.learned.get(metric.name) ?? {}
  const bounds = histogram?.bounds ?? counts.bounds ?? []
  return {
    metric,
    parts: partsOf(counts, bounds),
    bounds: bounds.map((bound) => bound / queries.unitsPerSecond),
    problems,
    ...(histogram?.shape !== undefined && { shape: histogram.shape }),
  }
}

function lateOf(read: ReadonlyMap<string, Counts>): readonly SourceProblem[] {
  return [...read].flatMap(([metric, { late }]) => {
    const text = `${metric}: samples came after their slice was judged; the first reading stays`
    return late ? [{ code: 'late-samples', metric, text } as const] : []
  })
}
