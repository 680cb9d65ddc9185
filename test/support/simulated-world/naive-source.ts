import { z } from 'zod'
import type { Arm, PodSeries, Recording, Sample } from '../../../src/engine/model/recording.ts'
import type { ConventionName } from './conventions.ts'
import { ask } from '../simulated-prometheus/ask.ts'

/** Selectors as users would write them, for the names of Flagger; `<arm>` stands for the part of the arm. */
interface HandWritten {
  readonly total: string
  readonly bad: string
  readonly buckets: string
  readonly matchers: (namespace: string, arm: Arm) => string
  readonly perSecond: number
}

const either = (arm: Arm, canary: string, stable: string): string => (arm === 'canary' ? canary : stable)
const suffixes = '[bcdfghjklmnpqrstvwxz2456789]{1,10}-[bcdfghjklmnpqrstvwxz2456789]{5}'
const podMatchers: HandWritten['matchers'] = (namespace, arm) =>
  `namespace="${namespace}",pod=~"${either(arm, 'web', 'web-primary')}-${suffixes}"`
const envoy = {
  total: 'envoy_cluster_upstream_rq',
  bad: 'envoy_response_code=~"5.."',
  buckets: 'envoy_cluster_upstream_rq_time_bucket',
  perSecond: 1000,
}

export const handWritten: Readonly<Record<ConventionName, HandWritten>> = {
  application: {
    total: 'http_requests_total',
    bad: 'code=~"5.."',
    buckets: 'http_request_duration_seconds_bucket',
    matchers: podMatchers,
    perSecond: 1,
  },
  opentelemetry: {
    total: 'http_server_request_duration_seconds_count',
    bad: 'http_response_status_code=~"5.."',
    buckets: 'http_server_request_duration_seconds_bucket',
    matchers: podMatchers,
    perSecond: 1,
  },
  istio: {
    total: 'istio_requests_total',
    bad: 'response_code=~"5.."',
    buckets: 'istio_request_duration_milliseconds_bucket',
    matchers: (namespace, arm) =>
      `reporter="destination",destination_workload_namespace="${namespace}",` +
      `destination_workload="${either(arm, 'web', 'web-primary')}"`,
    perSecond: 1000,
  },
  'istio-gateway': {
    total: 'istio_requests_total',
    bad: 'response_code=~"5.."',
    buckets: 'istio_request_duration_milliseconds_bucket',
    matchers: (namespace, arm) =>
      `reporter="source",destination_workload_namespace="${namespace}",` +
      `destination_workload="${either(arm, 'web', 'web-primary')}"`,
    perSecond: 1000,
  },
  linkerd: {
    total: 'response_total',
    bad: 'classification="failure"',
    buckets: 'response_latency_ms_bucket',
    matchers: (namespace, arm) =>
      `namespace="${namespace}",deployment="${either(arm, 'web', 'web-primary')}",direction="inbound"`,
    perSecond: 1000,
  },
  nginx: {
    total: 'nginx_ingress_controller_requests',
    bad: 'status=~"5.."',
    buckets: 'nginx_ingress_controller_response_duration_seconds_bucket',
    matchers: (namespace, arm) =>
      `namespace="${namespace}",ingress="web",${either(arm, 'canary!=""', 'canary=""')}`,
    perSecond: 1,
  },
  traefik: {
    total: 'traefik_service_request_duration_seconds_count',
    bad: 'code=~"5.."',
    buckets: 'traefik_service_request_duration_seconds_bucket',
    matchers: (namespace, arm) =>
      `service=~"${namespace}-web-${either(arm, 'canary', 'primary')}-80@kubernetescrd"`,
    perSecond: 1,
  },
  contour: {
    ...envoy,
    matchers: (namespace, arm) =>
      `envoy_cluster_name=~"${namespace}_web-${either(arm, 'canary', 'primary')}_80"`,
  },
  gloo: {
    ...envoy,
    matchers: (namespace, arm) =>
      `envoy_cluster_name=~"${namespace}-web-${either(arm, 'canary', 'primary')}upstream-80_.*"`,
  },
  kuma: {
    ...envoy,
    matchers: (namespace, arm) => `service=~"web-${either(arm, 'canary', 'primary')}_${namespace}_svc_80"`,
  },
}

/** The rows of `expected`, from hand-written queries and from the differences of each target. */
export async function readByHand(
  url: string,
  { expected, convention, namespace }: { expected: Recording; convention: ConventionName; namespace: string },
): Promise<Recording['metrics']> {
  const { total, bad, buckets, matchers, perSecond } = handWritten[convention]
  const aggregate = expected.pods.some((pod) => pod.aggregate === true)
  const rowsOf = async (
    selector: (arm: Arm) => string,
    ofPods = !aggregate,
  ): Promise<readonly PodSeries[]> => {
    const found = {
      stable: await grown(url, expected, selector('stable')),
      canary: await grown(url, expected, selector('canary')),
    }
    return expected.pods.map((pod) => {
      if ((pod.aggregate === true) === ofPods) return null
      const own = found[pod.arm].filter(({ name }) => pod.aggregate === true || name === pod.name)
      const start = pod.arm === 'canary' ? expected.rolloutStart : 0
      return together(
        own.map(({ row }) => row),
        expected.slices,
      ).map((count, slice) => (slice < start ? null : count))
    })
  }
  const select =
    (name: string, more = '') =>
    (arm: Arm) =>
      `${name}{${matchers(namespace, arm)}${more}}`
  const latency = expected.metrics['latency']
  const bounds = latency?.kind === 'latency' ? latency.bounds : []
  const observed = await rowsOf(select(buckets, ',le="+Inf"'))
  const above: (readonly (readonly Sample[])[])[] = []
  for (const bound of bounds) {
    const edge = Number((bound * perSecond).toPrecision(12))
    const within = await rowsOf(select(buckets, `,le=~"${edge}|${edge}\\\\.0"`))
    above.push(
      observed.map((row, pod) =>
        (row ?? []).map((count, slice) => (count === null ? null : count - (within[pod]?.[slice] ?? 0))),
      ),
    )
  }
  const totals = await rowsOf(select(total))
  const failed = await rowsOf(select(total, `,${bad}`))
  const podsOf = (name: string) => (arm: Arm) => `${name}{${podMatchers(namespace, arm)}}`
  return {
    errors: { kind: 'errors', total: totals, bad: zeroWhere(totals, failed) },
    latency: {
      kind: 'latency',
      bounds,
      total: observed,
      above: observed.map((row, pod) => (row === null ? null : above.map((rows) => rows[pod] ?? []))),
    },
    conversion: {
      kind: 'conversion',
      total: await rowsOf(podsOf('checkouts_started_total'), true),
      good: await rowsOf(podsOf('orders_completed_total'), true),
    },
  }
}

/** Where there is a total, a missing value is zero. */
function zeroWhere(totals: readonly PodSeries[], rows: readonly PodSeries[]): readonly PodSeries[] {
  return totals.map(
    (total, pod) => total && total.map((count, slice) => (count === null ? null : (rows[pod]?.[slice] ?? 0))),
  )
}

const matrices = z.object({
  result: z.array(
    z.object({
      metric: z.record(z.string(), z.string()),
      values: z.array(z.tuple([z.number(), z.string()])),
    }),
  ),
})

interface Grown {
  readonly name: string
  readonly row: readonly Sample[]
}

/** The growth of each target from slice end to slice end. It counts from zero when a target is new or its value drops. */
async function grown(
  url: string,
  { start, sliceSeconds, slices }: Recording,
  selector: string,
): Promise<readonly Grown[]> {
  const begin = Date.parse(start) / 1000
  const params = {
    query: `sum by (pod, instance) (${selector})`,
    start: String(begin),
    end: String(begin + slices * sliceSeconds),
    step: String(sliceSeconds),
  }
  const { result } = matrices.parse((await ask(url, '/api/v1/query_range', params)).data)
  return result.map(({ metric, values }) => {
    const at = new Map(values.map(([time, value]) => [(time - begin) / sliceSeconds, Number(value)]))
    let before = at.get(0)
    const row = Array.from({ length: slices }, (_, slice) => {
      const value = at.get(slice + 1)
      if (value === undefined) return null
      const growth = before === undefined || value < before ? value : value - before
      before = value
      return growth
    })
    return { name: metric['pod'] ?? '', row }
  })
}

function together(rows: readonly (readonly Sample[])[], slices: number): readonly Sample[] {
  return Array.from({ length: slices }, (_, slice) => {
    const present = rows.map((row) => row[slice] ?? null).filter((count) => count !== null)
    return present.length === 0 ? null : present.reduce((sum, count) => sum + count, 0)
  })
}
