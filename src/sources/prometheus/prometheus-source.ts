import { AppError } from '../../errors.ts'
import type { MetricPolicy, Policy } from '../../engine/model/policy.ts'
import type { Recording, SourceProblem } from '../../engine/model/recording.ts'
import type { CanaryStartRequest, Clock, FetchRequest, Log, MetricSource } from '../../judge/ports/ports.ts'
import { assembleRecording, type MetricRead } from '../recording/assemble-recording.ts'
import { canaryStart } from './canary-start.ts'
import { checkParams } from './arms/check-params.ts'
import { createClient, type PrometheusClient } from './client/client.ts'
import { deduplicatingClient } from './client/deduplicating-client.ts'
import { countProblems } from './counting/count-problems.ts'
import type { Counts } from './counting/counts.ts'
import { readCounts } from './counting/read-counts.ts'
import type { MetricRequest } from './series-groups.ts'
import { fetchMetrics, type FetchedMetrics } from './fetch-metrics.ts'
import { metricQueries } from './queries/metric-queries.ts'
import { diagnose } from './diagnosis/diagnose.ts'
import { armsOf } from './arms/presets.ts'
import type { Workload } from './arms/preset-context.ts'
import { createLru } from '../../lru.ts'
import { type RunState, runStateBytes } from './run-state.ts'
import { createSampleBudget } from './client/sample-budget.ts'
import { recordedSteps } from '../recording/slicing.ts'
import type { SourceSettings } from './source-settings.ts'

export interface PrometheusSourceOptions {
  /** By name; `default` is what policies mean that name none. */
  readonly sources: Readonly<Record<string, SourceSettings>>
  readonly clock: Clock
  readonly log: Log
  readonly telemetry?: SourceTelemetry
  /** For what was learned of runs. */
  readonly cacheBytes?: number
  readonly maxResponseBytes?: number
  /** Of one look, all its queries together. */
  readonly maxSamples?: number
}

export interface SourceTelemetry {
  query(source: string, result: string, seconds: number): void
}

const CACHE_BYTES = 64 * 1024 * 1024
/** Twice what a look at 500 pods reads. More would hold up every other look for seconds. */
const MOST_SAMPLES = 2_500_000
const DIAGNOSE_BYTES = 16 * 1024 * 1024

/** Recordings from Prometheus: every metric of a policy, both arms, history and run. */
export function createPrometheusSource(options: PrometheusSourceOptions): MetricSource {
  const clients = new Map(
    Object.entries(options.sources).map(([name, settings]) => [name, clientOf(name, settings, options)]),
  )
  const cache = createLru<RunState>(options.cacheBytes ?? CACHE_BYTES, runStateBytes)
  return {
    check(request) {
      prepare({ ...request, signal: new AbortController().signal }, options, clients)
    },
    async canaryStart(request) {
      request.signal.throwIfAborted()
      return canaryStart(prepare(request, options, clients), request)
    },
    async fetch(request) {
      request.signal.throwIfAborted()
      const asked = prepare(request, options, clients)
      const key = cacheKey(request)
      const before = cache.get(key)
      const looked = await fetchMetrics(asked, request, options.clock, before)
      request.signal.throwIfAborted()
      // how time is cut is not settled by a look that saw nothing
      if (looked.read.size > 0 || looked.state.learned.size > 0) cache.set(key, looked.state)
      for (const problem of looked.problems) {
        options.log.warn({ run: request.run.id, ...problem }, 'source problem')
      }
      return recordingOf(asked, request, looked)
    },
    async diagnose(request) {
      const own = new Map(
        Object.entries(options.sources).map(([name, settings]) => [
          name,
          createClient({ settings, concurrency: 4, maxResponseBytes: DIAGNOSE_BYTES }),
        ]),
      )
      try {
        return await diagnose(request, { clients: own, sources: options.sources, clock: options.clock })
      } finally {
        for (const client of own.values()) client.close()
      }
    },
    close: () => {
      for (const client of clients.values()) client.close()
      cache.clear()
      return Promise.resolve()
    },
  }
}

function clientOf(
  name: string,
  settings: SourceSettings,
  options: PrometheusSourceOptions,
): PrometheusClient {
  const { telemetry, maxResponseBytes } = options
  return createClient({
    settings,
    ...(maxResponseBytes !== undefined && { maxResponseBytes }),
    ...(telemetry !== undefined && {
      observe: (result: string, seconds: number) => telemetry.query(name, result, seconds),
    }),
  })
}

/** Everything that can be known to be wrong before a query is sent is refused here. */
function prepare(
  request: Pick<CanaryStartRequest, 'policy' | 'run' | 'params' | 'signal'>,
  { sources, maxSamples = MOST_SAMPLES }: PrometheusSourceOptions,
  clients: ReadonlyMap<string, PrometheusClient>,
): readonly MetricRequest[] {
  const { policy, signal } = request
  checkParams(policy, request.params)
  const subject = subjectOf(request)
  const budget = createSampleBudget(maxSamples)
  const opened = new Map<string, Pick<MetricRequest, 'client' | 'signal'>>()
  const open = (source: string, metric: MetricPolicy): Pick<MetricRequest, 'client' | 'signal'> => {
    const client = clients.get(source)
    const settings = Object.hasOwn(sources, source) ? sources[source] : undefined
    if (client === undefined || settings === undefined)
      throw unknownSource(source, metric, [...clients.keys()])
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(settings.timeoutMs)])
    return { client: deduplicatingClient(budget.within(client)), signal: deadline }
  }
  return policy.metrics.map((metric) => {
    const source = metric.source ?? policy.source
    const one = opened.get(source) ?? open(source, metric)
    opened.set(source, one)
    const select = metric.select ?? policy.select
    const arms = armsOf(select, subject)
    return { metric, source, ...one, arms, select, queries: metricQueries(metric, arms) }
  })
}

function subjectOf({ run, params }: Pick<CanaryStartRequest, 'run' | 'params'>): Workload {
  const { namespace, name, revision, stableRevision } = run
  return { namespace, name, revision, params, ...(stableRevision !== undefined && { stableRevision }) }
}

function cacheKey({ run, policy, params }: FetchRequest): string {
  const sorted = Object.entries(params).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([run.id, run.start, run.policyDigest, run.stableRevision, queriesOf(policy), sorted])
}

/** What of a policy says which data are fetched. */
function queriesOf(policy: Policy): readonly unknown[] {
  const { source, select, slice, historySeconds, metrics } = policy
  return [source, select, slice, historySeconds, metrics]
}

function recordingOf(
  asked: readonly MetricRequest[],
  request: FetchRequest,
  looked: FetchedMetrics,
): Recording {
  const { run, steps } = request
  const { slices, state, read } = looked
  const metrics = asked.flatMap((one): MetricRead[] => {
    const counts = read.get(one.metric.name)
    return counts === undefined ? [] : [metricRead(one, counts, looked)]
  })
  return assembleRecording({
    id: run.id,
    slicing: state.slicing,
    slices,
    ...(run.gates !== undefined && { gates: run.gates }),
    steps: recordedSteps(steps, state.slicing, slices),
    metrics,
    problems: [...looked.problems, ...lateOf(read)],
  })
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

function unknownSource(source: string, metric: MetricPolicy, known: readonly string[]): AppError {
  const names = known.length === 0 ? 'none is configured' : known.join(', ')
  return new AppError(
    'bad-request',
    `metrics.${metric.name}.source: expected one of the sources (${names}), got "${source}"`,
  )
}
