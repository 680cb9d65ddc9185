import type { MetricPolicy, Policy } from '../engine/model/policy.ts'
import { AppError } from '../errors.ts'
import type { MetricDiagnosis } from '../judge/ports/diagnosis.ts'
import type { FetchedData, FetchRequest, MetricSource } from '../judge/ports/ports.ts'
import { createPrometheus } from './prometheus/prometheus.ts'
import { assembleRecording } from './recording/assemble-recording.ts'
import { sharedTime } from './recording/shared-time.ts'
import { type CreateSource, type Source, sourceNameOf, type SourceOptions } from './source.ts'

/** The types of sources, as `type` of a source in the configuration names them. */
export const sourceTypes = {
  prometheus: createPrometheus,
} satisfies Readonly<Record<string, CreateSource>>

export const sourceTypeNames: readonly string[] = Object.keys(sourceTypes)

/** The metrics of a policy that one type of source reads. */
interface Part {
  readonly source: Source
  readonly policy: Policy
}

/** All sources as one: splits each policy by source, and makes one recording of what they read. */
export function createSourceSet(
  options: SourceOptions,
  types: Readonly<Record<string, CreateSource>> = sourceTypes,
): MetricSource {
  const { sources } = options
  const typeOf = (name: string): string | undefined =>
    Object.hasOwn(sources, name) ? (sources[name]?.type ?? 'prometheus') : undefined
  const named = Object.entries(sources)
  const made = new Map(
    Object.entries(types).map(([type, create]): readonly [string, Source] => [
      type,
      create({ ...options, sources: Object.fromEntries(named.filter(([name]) => typeOf(name) === type)) }),
    ]),
  )
  const split = (policy: Policy): readonly Part[] => {
    const byType = Map.groupBy(policy.metrics, (metric) => typeOf(sourceNameOf(policy, metric)))
    return [...byType].flatMap(([type, metrics]) => {
      const source = made.get(type ?? '')
      return source === undefined ? [] : [{ source, policy: { ...policy, metrics } }]
    })
  }
  const isKnown = (policy: Policy, metric: MetricPolicy): boolean =>
    typeOf(sourceNameOf(policy, metric)) !== undefined
  const unknown = (policy: Policy, metric: MetricPolicy): string => {
    const known = named.length === 0 ? 'none is configured' : named.map(([name]) => name).join(', ')
    return `expected one of the sources (${known}), got "${sourceNameOf(policy, metric)}"`
  }
  const splitOrRefuse = (policy: Policy): readonly Part[] => {
    const stray = policy.metrics.find((metric) => !isKnown(policy, metric))
    if (stray === undefined) return split(policy)
    throw new AppError('bad-request', `metrics.${stray.name}.source: ${unknown(policy, stray)}`)
  }
  return {
    check(request) {
      for (const { source, policy } of splitOrRefuse(request.policy)) source.check({ ...request, policy })
    },
    async canaryStart(request) {
      request.signal.throwIfAborted()
      const parts = splitOrRefuse(request.policy)
      const starts = await Promise.all(
        parts.map(({ source, policy }) => source.canaryStart({ ...request, policy })),
      )
      const found = starts.filter((start) => start !== undefined)
      return found.length === 0 ? undefined : Math.min(...found)
    },
    fetch: async (request) => assembleRecording(await readAll(request, splitOrRefuse(request.policy))),
    async fetchData(request) {
      const data = await readAll(request, splitOrRefuse(request.policy))
      return { data, recording: () => assembleRecording(data) }
    },
    async diagnose(request) {
      const { policy, until, minutes } = request
      const strays = policy.metrics
        .filter((metric) => !isKnown(policy, metric))
        .map((metric) => undiagnosed(policy, metric, unknown(policy, metric)))
      const parts = await Promise.all(
        split(policy).map((part) => part.source.diagnose({ ...request, policy: part.policy })),
      )
      const findings = parts.flatMap((part) => part.findings)
      const metrics = [...strays, ...parts.flatMap((part) => part.metrics)].toSorted(inOrderOf(policy))
      const isGrave = [...findings, ...metrics.flatMap((metric) => metric.findings)].some(
        ({ level }) => level === 'error',
      )
      return { ok: !isGrave, at: new Date(until).toISOString(), minutes, findings, metrics }
    },
    close() {
      for (const source of made.values()) source.close()
      return Promise.resolve()
    },
  }
}

async function readAll(request: FetchRequest, parts: readonly Part[]): Promise<FetchedData> {
  request.signal.throwIfAborted()
  const time = sharedTime(request, parts.length)
  const reads = await Promise.all(
    parts.map(({ source, policy }) => source.read({ ...request, policy }, time)),
  )
  request.signal.throwIfAborted()
  const inPolicy = inOrderOf(request.policy)
  const { slicing, slices } = await time.agreed
  return {
    id: request.run.id,
    ...slicing,
    slices,
    metrics: reads.flatMap(({ metrics }) => metrics).toSorted((a, b) => inPolicy(a.metric, b.metric)),
    problems: reads.flatMap(({ problems }) => problems),
  }
}

interface Named {
  readonly name: string
}

function inOrderOf({ metrics }: Policy): (a: Named, b: Named) => number {
  const places = new Map(metrics.map(({ name }, place) => [name, place]))
  const placeOf = ({ name }: Named): number => places.get(name) ?? metrics.length
  return (a, b) => placeOf(a) - placeOf(b)
}

/** Of a metric whose source is not configured. */
function undiagnosed(policy: Policy, metric: MetricPolicy, message: string): MetricDiagnosis {
  const required = metric.required && !metric.watch
  const level = required ? 'error' : 'warning'
  return {
    name: metric.name,
    kind: metric.kind,
    required,
    source: sourceNameOf(policy, metric),
    queries: [],
    labels: [],
    findings: [{ level, code: 'cannot-be-asked', text: `source: ${message}` }],
  }
}
