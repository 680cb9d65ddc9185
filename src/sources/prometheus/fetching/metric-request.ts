import type { MetricPolicy, Selection } from '../../../engine/model/policy.ts'
import type { CanaryStartRequest } from '../../../judge/ports/ports.ts'
import { sourceNameOf } from '../../source.ts'
import type { Arms } from '../arms/arms.ts'
import type { Workload } from '../arms/preset-context.ts'
import { armsWhere } from '../arms/arms-where.ts'
import { armsOf } from '../arms/presets.ts'
import type { PrometheusClient } from '../client/client.ts'
import { metricQueries, type MetricQueries } from '../queries/metric-queries.ts'
import { armsOfAnswer } from '../queries/query-of-arms.ts'

/** One metric of the policy with its queries. */
export interface MetricRequest {
  readonly metric: MetricPolicy
  readonly source: string
  readonly client: PrometheusClient
  readonly arms: Arms
  /** The same for the answers to its queries. */
  readonly answerArms: Arms
  /** How the policy distinguishes the arms. */
  readonly select: Selection
  readonly queries: MetricQueries
  /** The deadline of its source. */
  readonly signal: AbortSignal
}

/** The queries of one metric for one workload. Throws `bad-request` when they can never work. */
export function metricRequest(
  metric: MetricPolicy,
  { policy, run, params }: Pick<CanaryStartRequest, 'policy' | 'run' | 'params'>,
  server: Pick<MetricRequest, 'client' | 'signal'>,
): MetricRequest {
  const select = metric.select ?? policy.select
  const where = { ...policy.select.where, ...select.where }
  const arms = armsWhere(where, armsOf(select, workloadOf(run, params)), workloadOf(run, params))
  const { client, signal } = server
  const queries = metricQueries(metric, arms)
  const answerArms = queries.kind === 'series' ? armsOfAnswer(arms) : arms
  return { metric, source: sourceNameOf(policy, metric), client, signal, arms, answerArms, select, queries }
}

export function workloadOf(run: CanaryStartRequest['run'], params: Workload['params']): Workload {
  const { namespace, name, revision, stableRevision } = run
  return { namespace, name, revision, params, ...(stableRevision !== undefined && { stableRevision }) }
}
