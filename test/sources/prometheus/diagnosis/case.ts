import type { Diagnosis, Finding } from '../../../../src/judge/ports/diagnosis.ts'
import { parsePolicy } from '../../../../src/formats/policy/parse-policy.ts'
import type { DiagnoseRequest, MetricSource } from '../../../../src/judge/ports/ports.ts'
import type { SimulatedSeries } from '../../../support/simulated-prometheus/simulated-series.ts'

export type Labels = Readonly<Record<string, string>>

/** An hour of samples ends here. */
export const until = Date.parse('2026-02-01T12:00:00Z')
export const canary = '5c6b8d7f4'
export const stable = '7d9f4b5c6'
export const canaryPod = `web-${canary}-x7k2p`
export const stablePods = [`web-${stable}-bcdfg`, `web-${stable}-hjklm`] as const

export interface Sampled {
  readonly perSecond?: number
  readonly minutes?: number
  readonly everySeconds?: number
}

/** The samples of a counter that grows evenly. */
export function counter(
  name: string,
  labels: Labels,
  { perSecond = 2, minutes = 60, everySeconds = 15 }: Sampled = {},
): SimulatedSeries {
  const count = Math.floor((minutes * 60) / everySeconds)
  const times = Array.from({ length: count }, (_, i) => until - 5000 - (count - 1 - i) * everySeconds * 1000)
  return {
    labels: { __name__: name, ...labels },
    times,
    values: times.map((_, i) => i * everySeconds * perSecond),
  }
}

/** One canary pod and two stable pods, each with requests; `relabel` changes the labels of the scrape. */
export function application(
  namespace: string,
  relabel: (labels: Labels) => Labels = (labels) => labels,
  sampled: Sampled = {},
  name = 'http_requests_total',
): readonly SimulatedSeries[] {
  return [canaryPod, ...stablePods].map((pod, index) =>
    counter(name, relabel({ namespace, pod, job: 'web', instance: `${pod}:80`, code: '2xx' }), {
      perSecond: 2 + index,
      ...sampled,
    }),
  )
}

/** The cumulative buckets of one pod; `shares` has the share of the requests up to each bound. */
export function histogram(
  name: string,
  labels: Labels,
  buckets: Readonly<Record<string, number>>,
): readonly SimulatedSeries[] {
  return Object.entries(buckets).map(([le, share]) =>
    counter(`${name}_bucket`, { ...labels, le }, { perSecond: 10 * share }),
  )
}

export interface Asked {
  readonly namespace: string
  readonly metrics: string
  readonly select?: string
  readonly more?: string
  readonly name?: string
  readonly revision?: string
  readonly stableRevision?: string | null
  readonly params?: Labels
}

export function requestOf(asked: Asked): DiagnoseRequest {
  const { namespace, metrics, select = 'pods', more = 'history: 20m', name = 'web' } = asked
  const { revision = canary, stableRevision = stable, params = {} } = asked
  const { policy } = parsePolicy(`name: t\nselect: ${select}\n${more}\nmetrics:\n  - {${metrics}}\n`)
  return {
    policy,
    run: { namespace, name, revision, ...(stableRevision !== null && { stableRevision }) },
    params,
    until,
    minutes: 30,
    signal: AbortSignal.timeout(20_000),
  }
}

export async function diagnosed(source: MetricSource, asked: Asked): Promise<Diagnosis> {
  const diagnosis = await source.diagnose?.(requestOf(asked))
  if (diagnosis === undefined) throw new Error('expected a source that diagnoses')
  return diagnosis
}

/** The level, code and text of each finding. */
export function found({ findings, metrics }: Diagnosis): readonly string[] {
  const lines = ({ level, code, text }: Finding): string => `${level} ${code}: ${text}`
  return [...findings.map(lines), ...metrics.flatMap((metric) => metric.findings.map(lines))]
}
