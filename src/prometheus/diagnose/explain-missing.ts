import type { Finding } from '../../analysis/diagnosis.ts'
import type { Arm } from '../../analysis/recording.ts'
import type { Labels } from '../arms.ts'
import { printMatcher } from '../matcher.ts'
import { printSelector, type Selector } from '../selector.ts'
import { type Cause, commonMatchers, missingArm } from './missing-arm.ts'
import { nearestNames } from './nearest-names.ts'
import { histogramName, missing, type PreparedMetric } from './prepared-metric.ts'
import { duration, listed, named, valuesOf } from './words.ts'

/** What the source holds of a metric, whatever its workload. */
export interface Holdings {
  readonly selector: Selector
  readonly all: readonly Labels[]
}

/** All series that the policy's own selector finds. */
export async function holdingsOf(one: PreparedMetric, selector: Selector): Promise<Holdings> {
  const { client, span, signal, metric, queries } = one
  const ask = (text: string): Promise<readonly Labels[]> => client.series(text, span, signal)
  if (metric.kind !== 'latency' || queries.kind !== 'latency') {
    return { selector, all: await ask(printSelector(selector)) }
  }
  const name = histogramName(selector)
  const inf = { label: 'le', op: '=', value: '+Inf' } as const
  const [buckets, native] = await Promise.all([
    ask(printSelector(selector, [inf], `${name}_bucket`)),
    ask(printSelector(selector, [], name)),
  ])
  return { selector, all: buckets.length > 0 ? buckets : native }
}

/** One finding for each arm without series; one for both where the cause is the same. */
export async function explainMissing(
  one: PreparedMetric,
  holdings: Holdings,
  arms: readonly Arm[],
): Promise<readonly Finding[]> {
  if (arms.length === 0) return []
  if (holdings.all.length === 0) return [await explainNothing(one, holdings.selector)]
  const { arms: howToTell, selection, subject } = one
  const causes = arms.map(
    (arm) => [arm, missingArm({ ...holdings, arm, arms: howToTell, selection, subject })] as const,
  )
  const [first, second] = causes
  if (first !== undefined && second !== undefined && first[1].text === second[1].text) {
    return [missing(one, first[1].code, `no series for either arm: ${first[1].text}`)]
  }
  return causes.map(([arm, { code, text }]) => missing(one, code, `no series for ${wordFor(arm)}: ${text}`))
}

export function wordFor(arm: Arm): string {
  return arm === 'canary' ? 'the canary' : 'stable'
}

/** Buckets that are there and cannot be read as such. */
export async function explainBuckets(one: PreparedMetric, selector: Selector): Promise<readonly Finding[]> {
  const found = await notAHistogram(one, selector)
  return found === undefined ? [] : [missing(one, found.code, found.text)]
}

async function explainNothing(one: PreparedMetric, selector: Selector): Promise<Finding> {
  const found =
    (await ownMatchers(one, selector)) ??
    (one.metric.kind === 'latency' ? await notAHistogram(one, selector) : undefined) ??
    (await unknownMetric(one, selector))
  return missing(one, found.code, found.text)
}

/** The metric is there; what the policy adds to its name is not. */
async function ownMatchers(one: PreparedMetric, selector: Selector): Promise<Cause | undefined> {
  if (selector.matchers.length === 0) return undefined
  const { client, span, signal, metric } = one
  const name = metric.kind === 'latency' ? `${histogramName(selector)}_bucket` : selector.metric
  const all = await client.series(name, span, signal)
  if (all.length === 0) return undefined
  const seen = [...new Set(selector.matchers.map(({ label }) => label))].map((label) => {
    const values = valuesOf(all, label)
    return values.length === 0 ? `no series has a label ${label}` : `${label} is ${named(values)}`
  })
  const written = selector.matchers.map(({ text }) => text).join(',')
  const text = `${all.length} series of ${name}, none with the policy's own {${written}}: ${seen.join('; ')}`
  return { code: 'own-matchers', text }
}

async function notAHistogram(
  { client, span, signal }: PreparedMetric,
  selector: Selector,
): Promise<Cause | undefined> {
  const name = histogramName(selector)
  const [buckets, count] = await Promise.all([
    client.series(`${name}_bucket`, span, signal),
    client.series(`${name}_count`, span, signal),
  ])
  if (buckets.some((labels) => labels['le'] !== undefined)) {
    const text = `${name}_bucket has no bucket le="+Inf", which counts all requests: a relabelling may drop it`
    return { code: 'le-missing', text }
  }
  if (buckets.length > 0) {
    const text = `${name}_bucket has no label le: a recording rule or relabelling took it away, keep it with "by (le)"`
    return { code: 'le-missing', text }
  }
  if (count.length === 0) return undefined
  const text = `${name} has _count but no _bucket: it is a summary, whose quantiles cannot be compared; expected a histogram`
  return { code: 'no-histogram', text }
}

async function unknownMetric(
  { client, span, signal, metric }: PreparedMetric,
  selector: Selector,
): Promise<Cause> {
  const isLatency = metric.kind === 'latency'
  const name = isLatency ? `${histogramName(selector)}_bucket` : selector.metric
  const names = await client.metricNames(span, signal)
  const candidates = isLatency ? names.filter((candidate) => candidate.endsWith('_bucket')) : names
  const near = nearestNames(name, candidates).map((found) =>
    isLatency ? found.replace(/_bucket$/, '') : found,
  )
  const ago = duration(span.end - span.start)
  const none =
    names.length === 0
      ? 'the source holds no metric at all'
      : `none of its ${names.length} metrics has a name like it`
  const text = `no metric ${name} in the last ${ago}; ${near.length > 0 ? `nearest: ${listed(near)}` : none}`
  return { code: 'unknown-metric', text }
}

/** Labels that the policy's selector sets, though the preset sets them too: both must then fit. */
export function matchersTwice({ arms }: PreparedMetric, selectors: readonly Selector[]): Finding | undefined {
  const set = new Set([...commonMatchers(arms), ...arms.both].map(({ label }) => label))
  const twice = new Set(
    selectors.flatMap(({ matchers }) => matchers.map(({ label }) => label)).filter((label) => set.has(label)),
  )
  if (twice.size === 0) return undefined
  const theirs = arms.both.filter(({ label }) => twice.has(label)).map(printMatcher)
  const text = `the policy's selector fixes ${listed([...twice])}, which the selection of the arms sets too (${listed(theirs)}): both must fit, so leave it out of the selector`
  return { level: 'warning', code: 'matcher-twice', text }
}
