import type { Policy } from '../../engine/model/policy.ts'
import type { SourceProblem } from '../../engine/model/recording.ts'
import type { CanaryStartRequest, FetchRequest } from '../../judge/ports/ports.ts'
import { createLru } from '../../lru.ts'
import type { MetricRead } from '../recording/assemble-recording.ts'
import { type Source, sourceNameOf, type SourceOptions } from '../source.ts'
import { checkParams } from './arms/check-params.ts'
import { createClient, type PrometheusClient } from './client/client.ts'
import { deduplicatingClient } from './client/deduplicating-client.ts'
import { createSampleBudget } from './client/sample-budget.ts'
import { countProblems } from './counting/count-problems.ts'
import { type Counts, readCounts } from './counting/counts.ts'
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
  const clients = clientsOf(options)
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
      const looked = await fetchMetrics(asked, request, { time, clock, before: cache.get(key) })
      request.signal.throwIfAborted()
      // a look without data must not fix the length of a slice
      if (looked.read.size > 0 || looked.state.learned.size > 0) cache.set(key, looked.state)
      for (const problem of looked.problems) log.warn({ run: request.run.id, ...problem }, 'source problem')
      return {
        metrics: asked.flatMap((one): MetricRead[] => {
          const counts = looked.read.get(one.metric.name)
          return counts === undefined
            ? []
            : [byResets(one, counts, asked, looked) ?? metricRead(one, counts, looked)]
        }),
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
}: Pick<SourceOptions, 'sources' | 'telemetry' | 'maxResponseBytes' | 'concurrency'>): ReadonlyMap<
  string,
  PrometheusClient
> {
  return new Map(
    Object.entries(sources).map(([name, settings]) => {
      const client = createClient({
        settings,
        ...(concurrency !== undefined && { concurrency }),
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

/** Reads restarts from the counters of another metric with pods, where there are no series of restarts. */
function byResets(
  { metric }: MetricRequest,
  counts: Counts,
  asked: readonly MetricRequest[],
  { read, slices }: FetchedMetrics,
): MetricRead | undefined {
  if (metric.kind !== 'restarts' || metric.restarts !== undefined || counts.rows.length > 0) return undefined
  for (const other of asked) {
    const others = 'query' in other.queries ? undefined : read.get(other.metric.name)
    const rows = others === undefined ? [] : restartsByResets(others, slices)
    if (rows.length > 0) return { metric, rows: { rows, bounds: [], problems: [] } }
  }
  return undefined
}

function metricRead(
  { metric, queries }: MetricRequest,
  counts: Counts,
  { slices, state }: FetchedMetrics,
): MetricRead {
  const problems = countProblems(counts, slices, metric.name)
  if (queries.kind !== 'latency') {
    return { metric, rows: { rows: readCounts(counts, slices), bounds: [], problems } }
  }
  const { histogram } = state.learned.get(metric.name) ?? {}
  const bounds = histogram?.bounds ?? counts.bounds ?? []
  const rows = readCounts(counts, slices, bounds)
  return {
    metric,
    rows: { rows, bounds: bounds.map((bound) => bound / queries.unitsPerSecond), problems },
    ...(histogram?.shape !== undefined && { shape: histogram.shape }),
  }
}

function lateOf(read: ReadonlyMap<string, Counts>): readonly SourceProblem[] {
  return [...read].flatMap(([metric, { late }]) => {
    const text = `${metric}: samples came after their slice was judged; the first reading stays`
    return late ? [{ code: 'late-samples', metric, text } as const] : []
  })
}
