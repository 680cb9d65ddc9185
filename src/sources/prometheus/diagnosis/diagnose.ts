import type { Diagnosis, Finding, MetricDiagnosis } from '../../../judge/ports/diagnosis.ts'
import type { MetricPolicy } from '../../../engine/model/policy.ts'
import { AppError } from '../../../errors.ts'
import type { Clock, DiagnoseRequest } from '../../../judge/ports/ports.ts'
import { type Attempt, settle } from '../client/settle.ts'
import type { PrometheusClient } from '../client/client.ts'
import { MUCH_SKEW_SECONDS, rounded, serverSeconds } from '../discovery/server-times.ts'
import type { SourceError } from '../client/source-error.ts'
import { sourceNameOf } from '../../source.ts'
import { metricRequest, workloadOf } from '../fetching/metric-request.ts'
import type { SourceSettings } from '../../source-settings.ts'
import { diagnoseMetric } from './diagnose-metric.ts'
import { isRequired, type PreparedMetric } from './prepared-metric.ts'
import { duration } from './words.ts'

export interface DiagnoseDeps {
  readonly clients: ReadonlyMap<string, PrometheusClient>
  readonly sources: Readonly<Record<string, Pick<SourceSettings, 'timeoutMs'>>>
  readonly clock: Clock
}

const LIVE_MS = 60_000

/** What the policy would get for one workload, metric by metric. */
export async function diagnose(
  request: DiagnoseRequest,
  deps: DiagnoseDeps,
): Promise<Pick<Diagnosis, 'findings' | 'metrics'>> {
  const { policy, signal } = request
  const names = [...new Set(policy.metrics.map((metric) => sourceNameOf(policy, metric)))]
  const servers = new Map(
    await Promise.all(names.map(async (name) => [name, await timeOf(name, deps, signal)] as const)),
  )
  const findings = names.flatMap((name) => sourceFindings(name, servers.get(name), request, deps.clock))
  const metrics = await Promise.all(
    policy.metrics.map((metric) => metricOf(metric, request, deps.clients, servers)),
  )
  return { findings, metrics }
}

/** A server that has not given its time within the time of a look will answer nothing else either. */
function timeOf(
  name: string,
  { clients, sources }: DiagnoseDeps,
  signal: AbortSignal,
): Promise<Attempt<number>> | undefined {
  const client = clients.get(name)
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(sources[name]?.timeoutMs ?? 0)])
  return client === undefined ? undefined : settle(() => serverSeconds(client, deadline))
}

function sourceFindings(
  name: string,
  time: Attempt<number> | undefined,
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
  servers: ReadonlyMap<string, Attempt<number> | undefined>,
): Promise<MetricDiagnosis> {
  const source = sourceNameOf(request.policy, metric)
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
    const client = clients.get(source)
    if (client === undefined) return { ...nothing, findings: [] }
    const { policy, run, params, until, minutes, signal } = request
    const end = until / 1000
    const prepared: PreparedMetric = {
      ...metricRequest(metric, request, { client, signal }),
      policy,
      subject: workloadOf(run, params),
      span: { start: end - minutes * 60, end },
    }
    // what is wrong with the source stands there once, not at each metric
    if (servers.get(source)?.ok !== true) return { ...nothing, findings: [] }
    return await diagnoseMetric(prepared)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { ...nothing, findings: [{ level, code: 'cannot-be-asked', text: error.message }] }
  }
}

/** What to check where a source does not answer. */
export function adviceFor({ kind, httpStatus, message }: SourceError): string {
  if (httpStatus === 401 || httpStatus === 403) return 'check its auth and headers'
  if (httpStatus === 404 || httpStatus === 405) return 'check its url and prefix: there is no Prometheus API'
  if (kind === 'source-down' && /ECONNREFUSED/.test(message)) return 'nothing listens there: check its url'
  if (kind === 'source-down' && /ENOTFOUND|EAI_AGAIN/.test(message)) return 'check the host name of its url'
  if (kind === 'source-down' && /EPROTO|ERR_SSL/.test(message)) {
    return 'it speaks no TLS or another version: check whether its url begins with https'
  }
  if (kind === 'source-down' && /CERT|SIGNATURE|ERR_TLS/.test(message)) {
    return 'its certificate is not trusted, or for another name: set tls.ca or tls.serverName'
  }
  switch (kind) {
    case 'source-invalid':
    case 'source-refused':
      return 'something else than Prometheus answers, such as a login page or a proxy: check its url, prefix and auth'
    case 'source-timeout':
      return 'check whether it is reachable from here and not overloaded'
    case 'source-down':
    case 'source-partial':
    case 'source-too-large':
      return 'check whether it is up and reachable from here'
    default:
      return kind satisfies never
  }
}
