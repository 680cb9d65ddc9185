import type { Diagnosis, Finding, MetricDiagnosis } from '../../../judge/ports/diagnosis.ts'
import type { MetricPolicy } from '../../../engine/model/policy.ts'
import { AppError } from '../../../errors.ts'
import type { Clock, DiagnoseRequest } from '../../../judge/ports/ports.ts'
import { type Attempt, settle } from '../client/settle.ts'
import type { PrometheusClient } from '../client/client.ts'
import { metricQueries } from '../queries/metric-queries.ts'
import type { Workload } from '../arms/preset-context.ts'
import { armsOf } from '../arms/presets.ts'
import { rounded } from '../server-times.ts'
import { SourceError } from '../client/source-error.ts'
import type { SourceSettings } from '../source-settings.ts'
import { adviceFor } from './advice-for.ts'
import { diagnoseMetric } from './diagnose-metric.ts'
import { isRequired, type PreparedMetric } from './prepared-metric.ts'
import { duration } from './words.ts'

export interface DiagnoseDeps {
  readonly clients: ReadonlyMap<string, PrometheusClient>
  readonly sources: Readonly<Record<string, Pick<SourceSettings, 'timeoutMs'>>>
  readonly clock: Clock
}

const MUCH_SKEW_SECONDS = 45
const LIVE_MS = 60_000

/** What the policy would get for one workload, metric by metric. */
export async function diagnose(request: DiagnoseRequest, deps: DiagnoseDeps): Promise<Diagnosis> {
  const { policy, until, minutes, signal } = request
  const names = [...new Set(policy.metrics.map((metric) => metric.source ?? policy.source))]
  const servers = new Map(
    await Promise.all(names.map(async (name) => [name, await serverTime(name, deps, signal)] as const)),
  )
  const findings = names.flatMap((name) => sourceFindings(name, servers.get(name), request, deps.clock))
  const metrics = await Promise.all(
    policy.metrics.map((metric) => metricOf(metric, request, deps.clients, servers)),
  )
  const grave = [...findings, ...metrics.flatMap((metric) => metric.findings)].some(
    ({ level }) => level === 'error',
  )
  return { ok: !grave, at: new Date(until).toISOString(), minutes, findings, metrics }
}

type ServerTime = Attempt<number> | undefined

/** A server that has not told the time when a look would have ended tells nothing else either. */
async function serverTime(
  name: string,
  { clients, sources }: DiagnoseDeps,
  signal: AbortSignal,
): Promise<ServerTime> {
  const client = clients.get(name)
  const { timeoutMs } = sources[name] ?? {}
  if (client === undefined || timeoutMs === undefined) return undefined
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  return settle(async () => {
    const { series } = await client.instant('time()', undefined, deadline)
    const seconds = series[0]?.values[0]
    if (seconds === undefined || !Number.isFinite(seconds))
      throw new SourceError('source-invalid', 'Prometheus told no time')
    return seconds
  })
}

function sourceFindings(
  name: string,
  time: ServerTime,
  { until }: DiagnoseRequest,
  clock: Clock,
): readonly Finding[] {
  if (time === undefined) return []
  if (!time.ok) {
    const text = `source ${name}: ${time.error.message}; ${adviceFor(time.error)}`
    return [{ level: 'error', code: time.error.kind, text }]
  }
  const now = clock.now()
  const skew = time.value - now / 1000
  if (Math.abs(now - until) > LIVE_MS || Math.abs(skew) <= MUCH_SKEW_SECONDS) return []
  const text = `source ${name}: its clock is ${duration(rounded(Math.abs(skew)))} ${skew > 0 ? 'ahead of' : 'behind'} ours`
  return [{ level: 'warning', code: 'clock-skew', text }]
}

async function metricOf(
  metric: MetricPolicy,
  request: DiagnoseRequest,
  clients: DiagnoseDeps['clients'],
  servers: ReadonlyMap<string, ServerTime>,
): Promise<MetricDiagnosis> {
  const source = metric.source ?? request.policy.source
  const nothing = {
    name: metric.name,
    kind: metric.kind,
    required: isRequired(metric),
    source,
    queries: [],
    labels: [],
  }
  const level = isRequired(metric) ? 'error' : 'warning'
  try {
    const prepared = prepare(metric, source, request, clients)
    // what is wrong with the source stands there once, not at each metric
    if (servers.get(source)?.ok !== true) return { ...nothing, findings: [] }
    return await diagnoseMetric(prepared)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { ...nothing, findings: [{ level, code: 'cannot-be-asked', text: error.message }] }
  }
}

function prepare(
  metric: MetricPolicy,
  source: string,
  { policy, run, params, until, minutes, signal }: DiagnoseRequest,
  clients: DiagnoseDeps['clients'],
): PreparedMetric {
  const client = clients.get(source)
  if (client === undefined) {
    const known = clients.size === 0 ? 'none is configured' : [...clients.keys()].join(', ')
    throw new AppError('bad-request', `source: expected one of the sources (${known}), got "${source}"`)
  }
  const { stableRevision, ...rest } = run
  const subject: Workload = { ...rest, params, ...(stableRevision !== undefined && { stableRevision }) }
  const selection = metric.select ?? policy.select
  const arms = armsOf(selection, subject)
  const end = until / 1000
  return {
    metric,
    policy,
    source,
    client,
    selection,
    subject,
    arms,
    queries: metricQueries(metric, arms),
    span: { start: end - minutes * 60, end },
    signal,
  }
}
