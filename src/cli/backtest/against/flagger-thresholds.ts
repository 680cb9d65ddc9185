import { parseSeconds } from '../../../formats/policy/amounts.ts'
import { goPattern, type TemplateOf, templatesOf } from '../../import/formats/flagger.ts'
import { type BuiltinName, isBuiltinName, noBuiltin } from '../../import/formats/flagger-builtin.ts'
import { canarySchema, type FlaggerCanary, type FlaggerMetric } from '../../import/formats/flagger-schema.ts'
import { type FileDocument, readAs } from '../../import/read-documents.ts'
import { type FlaggerCheck, flaggerRun } from './flagger-run.ts'
import { builtinQuery } from './flagger-queries.ts'
import { filled, type LeftOut, missingText, type PastCanary, type Thresholds } from './thresholds.ts'

const defaultInterval = 60
const leastInterval = 10

/** A Canary of Flagger, with the MetricTemplates that stand in the same files. */
export function flaggerThresholds(document: FileDocument, documents: readonly FileDocument[]): Thresholds {
  const canary = readAs(canarySchema, document)
  const templateOf = templatesOf(canary, documents)
  const { analysis } = canary.spec
  const written = analysis.interval === undefined ? defaultInterval : parseSeconds(analysis.interval)
  const interval = Math.max(written ?? defaultInterval, leastInterval)
  const { threshold = 0, metrics = [] } = analysis
  return {
    name: `Canary ${canary.metadata.name}`,
    async judge(past, readingsOf) {
      const leftOut: LeftOut[] = []
      const checks: Parameters<typeof flaggerRun>[0][number][] = []
      const first = past.traffic + interval
      for (const metric of inOrder(metrics)) {
        const read = readMetric(metric, canary, templateOf, past.values)
        if ('why' in read) leftOut.push({ metric: metric.name, why: read.why })
        else checks.push({ check: read, readings: await readingsOf(read.query, first, interval) })
      }
      // without a threshold the first failed check rolls back
      const timing = { interval, threshold: Math.max(threshold, 1) }
      return { ended: flaggerRun(checks, timing, past), metrics: checks.length, leftOut }
    },
  }
}

/** Flagger checks those with a MetricTemplate last. */
const inOrder = (metrics: readonly FlaggerMetric[]): readonly FlaggerMetric[] => [
  ...metrics.filter(({ templateRef }) => templateRef === undefined),
  ...metrics.filter(({ templateRef }) => templateRef !== undefined),
]

type Read = FlaggerCheck & { readonly query: string }

function readMetric(
  metric: FlaggerMetric,
  canary: FlaggerCanary,
  templateOf: TemplateOf,
  values: PastCanary['values'],
): Read | { readonly why: string } {
  const query = queryOf(metric, canary.spec.provider ?? 'istio', templateOf)
  if ('why' in query) return query
  const known = valuesOf(metric, canary)
  const { text, missing } = filled(
    query.query,
    goPattern,
    (name) => {
      const value = known.get(name)
      return value === undefined ? undefined : { value }
    },
    values,
  )
  if (missing.length > 0) return { why: missingText(missing) }
  return {
    name: metric.name,
    query: text.trim(),
    ...rangeOf(metric),
    ...(isBuiltin(metric, 'request-duration') && { isWhole: true }),
  }
}

/** Whether the metric is this one of Flagger's own. */
const isBuiltin = ({ name, query, templateRef }: FlaggerMetric, own: BuiltinName): boolean =>
  name === own && query === undefined && templateRef === undefined

function queryOf(
  { name, query, templateRef }: FlaggerMetric,
  provider: string,
  templateOf: TemplateOf,
): { readonly query: string } | { readonly why: string } {
  if (templateRef !== undefined) {
    const template = templateOf(templateRef)
    if (template === undefined)
      return { why: `the files have no MetricTemplate ${templateRef.name}; give its file too` }
    const { type } = template.spec.provider
    return type === 'prometheus'
      ? { query: template.spec.query }
      : { why: `its provider is ${type}, and only Prometheus can be asked` }
  }
  if (query !== undefined) return { query }
  if (!isBuiltinName(name)) return { why: noBuiltin }
  const builtin = builtinQuery(name, provider)
  return builtin === undefined
    ? { why: `the query of Flagger for the provider ${provider} is not known here` }
    : { query: builtin }
}

/** What stands for names in queries of Flagger. */
function valuesOf(
  { interval = '1m', templateVariables = {} }: FlaggerMetric,
  { metadata, spec }: FlaggerCanary,
): ReadonlyMap<string, string> {
  const target = spec.targetRef?.name ?? metadata.name
  return new Map([
    ['name', metadata.name],
    ['target', target],
    ['service', spec.service?.name ?? target],
    ['ingress', spec.ingressRef?.name ?? target],
    ['interval', interval],
    ...Object.entries(templateVariables).map(([name, value]) => [`variables.${name}`, value] as const),
  ])
}

/** The deprecated `threshold` is the least success rate, and the most of every other metric. */
function rangeOf(metric: FlaggerMetric): Pick<FlaggerCheck, 'min' | 'max'> {
  const { thresholdRange, threshold = 0 } = metric
  if (thresholdRange !== undefined) {
    const { min, max } = thresholdRange
    return { ...(min !== undefined && { min }), ...(max !== undefined && { max }) }
  }
  return isBuiltin(metric, 'request-success-rate') ? { min: threshold } : { max: threshold }
}
