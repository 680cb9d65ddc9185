import type { Finding } from '../../../judge/ports/diagnosis.ts'
import type { Arm } from '../../../engine/model/recording.ts'
import type { Labels } from '../arms/arms.ts'
import { type Matcher, printMatcher } from '../queries/matcher.ts'
import { printSelector, type Selector } from '../queries/selector.ts'
import { type Cause, commonMatchers, missingArm, seriesInPlace } from './missing-arm.ts'
import { nearestNames } from './nearest-names.ts'
import { histogramName, missing, type PreparedMetric, writtenSelectors } from './prepared-metric.ts'
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
  // a summary has the same name as a native histogram
  return {
    selector,
    all: buckets.length > 0 ? buckets : native.filter((labels) => labels['quantile'] === undefined),
  }
}

/** One finding for each arm without series; one for both where the cause is the same. */
export async function explainMissing(
  one: PreparedMetric,
  holdings: Holdings,
  arms: readonly Arm[],
): Promise<readonly Finding[]> {
  if (arms.length === 0) return []
  if (holdings.all.length === 0 || isPartOfHistogram(one, holdings.selector)) {
    return [await explainNothing(one, holdings.selector)]
  }
  if (one.metric.kind === 'latency' && seriesInPlace(holdings.all, one.arms).length === 0) {
    const found = await notAHistogram(one, holdings.selector, commonMatchers(one.arms))
    if (found !== undefined) return [missing(one, found.code, found.text)]
  }
  const { arms: howToTell, select: selection, subject } = one
  const causes = arms.map(
    (arm) => [arm, missingArm({ ...holdings, arm, arms: howToTell, selection, subject })] as const,
  )
  const [first, second] = causes
  const { elsewhere } = first?.[1] ?? {}
  const here = elsewhere === undefined ? undefined : await foundHere(one)
  if (here !== undefined) {
    const { metric: name } = holdings.selector
    const text = `no series for either arm: only elsewhere is there a ${name} (${elsewhere}), while ${here} is here: the workload may not have it, or its scraping drops it`
    return [missing(one, 'unknown-metric', text)]
  }
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
export async function ownMatchers(one: PreparedMetric, selector: Selector): Promise<Cause | undefined> {
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

function isPartOfHistogram({ metric }: PreparedMetric, selector: Selector): boolean {
  return metric.kind === 'latency' && /_(count|sum)$/.test(selector.metric)
}

/** Whether what is there under this name, where the workload is, can be read as a histogram. */
async function notAHistogram(
  one: PreparedMetric,
  selector: Selector,
  place: readonly Matcher[] = [],
): Promise<Cause | undefined> {
  const { client, span, signal } = one
  const name = histogramName(selector)
  if (isPartOfHistogram(one, selector)) {
    const text = `${name} is one part of a histogram or summary: expected the name without ${/_[a-z]+$/.exec(name)?.[0]}`
    return { code: 'no-histogram', text }
  }
  const ask = (part: string): Promise<readonly Labels[]> =>
    client.series(printSelector({ metric: part, matchers: [] }, place), span, signal)
  const parts = [`${name}_bucket`, `${name}_count`, name] as const
  const [buckets = [], count = [], own = []] = await Promise.all(parts.map(ask))
  if (buckets.some((labels) => labels['le'] !== undefined)) {
    const text = `${name}_bucket has no bucket le="+Inf", which counts all requests: a relabelling may drop it`
    return { code: 'le-missing', text }
  }
  if (buckets.length > 0) {
    const text = `${name}_bucket has no label le: a recording rule or relabelling took it away, keep it with "by (le)"`
    return { code: 'le-missing', text }
  }
  const isSummary = own.some((labels) => labels['quantile'] !== undefined)
  if (count.length === 0 && !isSummary) return undefined
  const text = `${name} has ${count.length > 0 ? '_count' : 'quantiles'} but no _bucket: it is a summary, whose quantiles cannot be compared; expected a histogram`
  return { code: 'no-histogram', text }
}

export async function unknownMetric(
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

/** The name of another metric of the policy with the same labels that has series where this one has none. */
export async function foundHere(one: PreparedMetric): Promise<string | undefined> {
  const { policy, metric, source, select, arms, client, span, signal } = one
  const others = policy.metrics.filter(
    (other) =>
      other.name !== metric.name &&
      (other.source ?? policy.source) === source &&
      (other.select ?? policy.select) === select,
  )
  const found = await Promise.all(
    others.map(async (other) => {
      const [selector] = writtenSelectors({ metric: other, arms })
      if (selector === undefined) return []
      const name = other.kind === 'latency' ? `${histogramName(selector)}_bucket` : selector.metric
      const series = await client.series(printSelector(selector, commonMatchers(arms), name), span, signal)
      return series.length > 0 ? [name] : []
    }),
  )
  return found.flat()[0]
}
