import { AppError } from '../app-error.ts'
import type { MetricPolicy, Policy } from '../analysis/policy.ts'
import type { Recording, SourceProblem } from '../analysis/recording.ts'
import type { CanaryStartRequest, Clock, FetchRequest, Log, MetricSource } from '../ports.ts'
import { assembleRecording, type MetricRead } from './assemble-recording.ts'
import { canaryStart } from './canary-start.ts'
import { createClient, type PrometheusClient } from './client.ts'
import { countBuckets, type CountContext, countEvents, readLevels } from './count-metric.ts'
import { type Asked, look, type Looked } from './look.ts'
import { metricQueries } from './metric-queries.ts'
import { diagnose } from './diagnose/diagnose.ts'
import { armsOf } from './presets.ts'
import type { Subject } from './preset-context.ts'
import { createRunCache, type MetricState } from './run-state.ts'
import { createSampleBudget } from './sample-budget.ts'
import { recordedSteps } from './slicing.ts'
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
  const cache = createRunCache(options.cacheBytes ?? CACHE_BYTES)
  return {
    async canaryStart(request) {
      request.signal.throwIfAborted()
      return canaryStart(prepare(request, options, clients), request)
    },
    async fetch(request) {
      request.signal.throwIfAborted()
      const asked = prepare(request, options, clients)
      const key = cacheKey(request)
      const looked = await look(asked, request, options.clock, cache.get(key))
      request.signal.throwIfAborted()
      cache.set(key, looked.state)
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
        return await diagnose(request, { clients: own, clock: options.clock })
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
): readonly Asked[] {
  const { policy, signal } = request
  const subject = subjectOf(request)
  const signals = new Map<string, AbortSignal>()
  const budget = createSampleBudget(maxSamples)
  return policy.metrics.map((metric) => {
    const source = metric.source ?? policy.source
    const client = clients.get(source)
    const settings = Object.hasOwn(sources, source) ? sources[source] : undefined
    if (client === undefined || settings === undefined)
      throw unknownSource(source, metric, [...clients.keys()])
    const deadline = signals.get(source) ?? AbortSignal.any([signal, AbortSignal.timeout(settings.timeoutMs)])
    signals.set(source, deadline)
    const arms = armsOf(metric.select ?? policy.select, subject)
    const queries = metricQueries(metric, arms)
    return { metric, source, client: budget.within(client), arms, queries, signal: deadline }
  })
}

function subjectOf({ run, params }: Pick<CanaryStartRequest, 'run' | 'params'>): Subject {
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

function recordingOf(asked: readonly Asked[], request: FetchRequest, looked: Looked): Recording {
  const { run, steps } = request
  const { slices, state, read } = looked
  const metrics = asked.flatMap((one): MetricRead[] => {
    const known = read.get(one.metric.name)
    return known === undefined ? [] : [metricRead(one, known, looked)]
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

function metricRead({ metric, arms, queries }: Asked, known: MetricState, looked: Looked): MetricRead {
  const { slices, state } = looked
  const context: CountContext = { metric: metric.name, arms, slicing: state.slicing, slices }
  switch (queries.kind) {
    case 'gauge':
      return { metric, rows: readLevels(known, context) }
    case 'latency': {
      const shape = known.histogram?.shape
      const rows = countBuckets(known, queries.unitsPerSecond, context)
      return { metric, rows, ...(shape !== undefined && { shape }) }
    }
    case 'errors':
    case 'conversion':
      return { metric, rows: countEvents(known, context) }
    default:
      return queries satisfies never
  }
}

function lateOf(read: ReadonlyMap<string, MetricState>): readonly SourceProblem[] {
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
