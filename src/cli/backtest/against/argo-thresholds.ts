import { parseSeconds } from '../../../formats/policy/amounts.ts'
import { argPattern, isDry, rolesBy } from '../../import/formats/argo.ts'
import { type Metric, templateSchema } from '../../import/formats/argo-schema.ts'
import { type FileDocument, readAs } from '../../import/read-documents.ts'
import { predicateOf } from './argo-predicate.ts'
import { type ArgoCondition, type ArgoMetric, argoRun, retrySeconds } from './argo-run.ts'
import type { Ended, Readings } from './ended.ts'
import {
  filled,
  type LeftOut,
  missingText,
  type PastCanary,
  type ReadingsOf,
  type Thresholds,
} from './thresholds.ts'

/** An AnalysisTemplate, as a background analysis that begins with the rollout. */
export function argoThresholds(document: FileDocument): Thresholds {
  const { metadata, spec } = readAs(templateSchema, document)
  const roleOf = rolesBy(spec.args ?? [])
  return {
    name: `AnalysisTemplate ${metadata.name}`,
    async judge(canary, readingsOf) {
      const leftOut: LeftOut[] = []
      const ends: (Ended | undefined)[] = []
      for (const metric of spec.metrics) {
        const missing: string[] = []
        const fill: Fill = (text) => {
          const result = filled(text, argPattern, roleOf, canary.values)
          missing.push(...result.missing)
          return result.text
        }
        const read = isDry(metric, spec.dryRun ?? [])
          ? { why: 'dryRun: its result has no effect' }
          : readMetric(metric, fill)
        if (missing.length > 0) leftOut.push({ metric: metric.name, why: missingText(missing) })
        else if ('why' in read) leftOut.push({ metric: metric.name, why: read.why })
        else ends.push(argoRun(read, await readingsFor(read, canary, readingsOf), canary.end))
      }
      return { ended: firstOf(ends), metrics: ends.length, leftOut }
    },
  }
}

type Fill = (text: string) => string
type Read = ArgoMetric & { readonly query: string }

function readMetric(metric: Metric, fill: Fill): Read | { readonly why: string } {
  const { name, provider, successCondition, failureCondition } = metric
  const { prometheus } = provider
  if (prometheus === undefined)
    return {
      why: `its provider is ${Object.keys(provider).join(', ') || 'missing'}, and only Prometheus can be asked`,
    }
  if (prometheus.rangeQuery !== undefined) return { why: 'its query is a range query' }
  const query = fill(prometheus.query).trim()
  const success = readCondition('successCondition', successCondition, query, fill)
  if (typeof success === 'string') return { why: success }
  const failure = readCondition('failureCondition', failureCondition, query, fill)
  if (typeof failure === 'string') return { why: failure }
  const numbers = readNumbers(metric, fill)
  if ('why' in numbers) return numbers
  return { name, query, ...numbers, ...(success && { success }), ...(failure && { failure }) }
}

/** A text says why it cannot be evaluated. */
function readCondition(
  key: string,
  written: string | undefined,
  query: string,
  fill: Fill,
): ArgoCondition | string | undefined {
  // Argo takes an empty one for none
  if (written === undefined || written === '') return undefined
  const text = fill(written).trim()
  // an arg without a value is named as missing
  const test = text.includes('{{') ? () => undefined : predicateOf(text, /\bscalar\s*\(/.test(query))
  return test === undefined
    ? `${key}: expected comparisons of result[0] with numbers, joined by || and &&, got ${text}`
    : { text, test }
}

type Numbers = Omit<ArgoMetric, 'name' | 'success' | 'failure'>

function readNumbers(metric: Metric, fill: Fill): Numbers | { readonly why: string } {
  const wrong: string[] = []
  const read = (
    key: NumberKey | DurationKey,
    parse: (text: string) => number | undefined,
  ): number | undefined => {
    const written = metric[key]
    if (written === undefined) return undefined
    const number = parse(fill(String(written)))
    if (number === undefined) wrong.push(`${key}: expected a number or a duration, got ${written}`)
    return number
  }
  const whole = (key: NumberKey): number | undefined =>
    read(key, (text) => (/^-?\d{1,9}$/.test(text) ? Number(text) : undefined))
  const interval = read('interval', parseSeconds)
  const count = whole('count')
  const numbers = {
    initialDelay: read('initialDelay', parseSeconds) ?? 0,
    ...(interval !== undefined && { interval: Math.max(interval, 1) }),
    ...(count !== undefined && count > 0 && { count }),
    failureLimit: whole('failureLimit') ?? 0,
    inconclusiveLimit: whole('inconclusiveLimit') ?? 0,
    consecutiveErrorLimit: whole('consecutiveErrorLimit') ?? 4,
    consecutiveSuccessLimit: whole('consecutiveSuccessLimit') ?? 0,
  }
  return wrong.length > 0 ? { why: wrong.join('; ') } : numbers
}

type DurationKey = 'interval' | 'initialDelay'
type NumberKey =
  'count' | 'failureLimit' | 'inconclusiveLimit' | 'consecutiveErrorLimit' | 'consecutiveSuccessLimit'

/** Reads at the interval. Where a value is missing, Argo measures again so soon that more is read. */
async function readingsFor(
  { query, initialDelay, interval }: Read,
  { end }: PastCanary,
  readingsOf: ReadingsOf,
): Promise<Readings> {
  const step = interval ?? Math.max(end, retrySeconds)
  const readings = await readingsOf(query, initialDelay, step)
  for (let at = initialDelay; at <= end; at += step) {
    if (readings(at).length === 0) return readingsOf(query, initialDelay, Math.min(retrySeconds, step))
  }
  return readings
}

/** The analysis ends with the metric that ends first. */
function firstOf(ends: readonly (Ended | undefined)[]): Ended | undefined {
  const rank = ({ outcome }: Ended): number => (outcome === 'aborted' ? 0 : 1)
  return ends.filter((ended) => ended !== undefined).toSorted((a, b) => a.at - b.at || rank(a) - rank(b))[0]
}
