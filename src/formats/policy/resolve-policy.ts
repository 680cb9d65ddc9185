import type {
  Budget,
  ConversionPolicy,
  ErrorsPolicy,
  GaugePolicy,
  LatencyPolicy,
  MetricPolicy,
  Policy,
  RestartsPolicy,
  Selection,
  SeriesPolicy,
} from '../../engine/model/policy.ts'
import { kinds } from '../../engine/index.ts'
import type { MetricInput } from './metric-schema.ts'
import type { PolicyInput } from './policy-schema.ts'

/** Fills in every default. */
export function resolvePolicy(input: PolicyInput): Policy {
  return {
    name: input.name,
    source: input.source ?? 'default',
    select: input.select === undefined ? { preset: 'pods', labels: {} } : toSelection(input.select),
    slice: input.slice === undefined || input.slice === 'auto' ? 'auto' : { seconds: input.slice },
    historySeconds: input.history ?? 7200,
    warmupSeconds: input.warmup ?? 180,
    stepSeconds: input.step ?? 'auto',
    rolloutSeconds: input.rollout ?? 1800,
    soakSeconds: input.soak ?? 180,
    falseAbort: input.falseAbort ?? 0.05,
    missedHarm: input.missedHarm ?? 0.05,
    riskProportional: input.riskProportional ?? true,
    pass: input.pass ?? 'balanced',
    odds: input.odds ?? 3,
    budget: resolveBudget(input.budget),
    onInconclusive: input.onInconclusive ?? 'hold',
    hold: { forSeconds: input.hold?.for ?? 600, then: input.hold?.then ?? 'ask' },
    onNoData: input.onNoData ?? 'hold',
    onSourceDown: input.onSourceDown ?? 'hold',
    mode: input.mode ?? 'enforce',
    approval: input.approval ?? 'auto',
    ...given({ group: input.group, decide: input.decide === 'winner' ? input.decide : undefined }),
    metrics: input.metrics.map(resolveMetric),
  }
}

const usualBudget = 200

function resolveBudget(input: PolicyInput['budget']): Budget {
  if (input === undefined) return { outcomes: usualBudget }
  if (typeof input === 'number') return { outcomes: input }
  const { outcomes, slo, of } = input
  return {
    ...given({ outcomes }),
    ...(slo === undefined || of === undefined ? {} : { slo: { objective: slo, of } }),
  }
}

/** A metric without a margin gets the margin of its kind, but never one below its tolerance. */
export function resolveMetric(input: MetricInput): MetricPolicy {
  switch (input.kind) {
    case 'errors':
      return resolveErrors(input)
    case 'latency':
      return resolveLatency(input)
    case 'conversion':
      return resolveConversion(input)
    case 'gauge':
      return resolveGauge(input)
    case 'restarts':
      return resolveRestarts(input)
    case 'series':
      return resolveSeries(input)
    default:
      return input satisfies never
  }
}

type InputOf<K extends MetricInput['kind']> = Extract<MetricInput, { kind: K }>

function resolveErrors(input: InputOf<'errors'>): ErrorsPolicy {
  const { defaults } = kinds.errors
  const { total, bad, limit, margin, absoluteMargin = defaults.absoluteMargin, mde = defaults.mde } = input
  const tolerance = toleranceOf(input)
  return {
    kind: 'errors',
    ...common(input),
    ...given({ total, bad, limit }),
    tolerance,
    margin: margin ?? Math.max(defaults.margin, tolerance),
    absoluteMargin,
    mde,
  }
}

function resolveLatency(input: InputOf<'latency'>): LatencyPolicy {
  const { defaults } = kinds.latency
  const { histogram, limit, margin, unit, quantile = defaults.quantile, mde = defaults.mde } = input
  const tolerance = toleranceOf(input)
  return {
    kind: 'latency',
    ...common(input),
    ...given({ histogram, limit }),
    unit: unit ?? (saysMilliseconds(histogram) ? 'milliseconds' : 'seconds'),
    quantile,
    tolerance,
    margin: margin ?? Math.max(defaults.margin, tolerance),
    mde,
  }
}

function resolveConversion(input: InputOf<'conversion'>): ConversionPolicy {
  const { defaults } = kinds.conversion
  const { good, total, margin, mde = defaults.mde } = input
  const tolerance = toleranceOf(input)
  return {
    kind: 'conversion',
    ...common(input),
    ...given({ good, total }),
    tolerance,
    margin: margin ?? Math.max(defaults.margin, tolerance),
    mde,
  }
}

function resolveGauge(input: InputOf<'gauge'>): GaugePolicy {
  const { query, margin, limit } = input
  return {
    kind: 'gauge',
    ...common(input),
    ...given({ query, margin, limit }),
    tolerance: toleranceOf(input),
  }
}

function resolveRestarts(input: InputOf<'restarts'>): RestartsPolicy {
  const { restarts } = input
  return { kind: 'restarts', ...common(input), ...given({ restarts }), tolerance: toleranceOf(input) }
}

function resolveSeries(input: InputOf<'series'>): SeriesPolicy {
  const { query, harm, compare = 'ratio' } = input
  const tolerance = toleranceOf(input)
  const usual = compare === 'ratio' ? Math.max(kinds.series.defaults.margin, tolerance) : undefined
  return {
    kind: 'series',
    ...common(input),
    ...given({ query, margin: input.margin ?? usual }),
    harm,
    compare,
    tolerance,
  }
}

function toleranceOf(input: MetricInput): number {
  const { noWorse, defaults } = kinds[input.kind]
  return input.critical === true ? noWorse : (input.tolerance ?? defaults.tolerance)
}

type Common = Pick<MetricPolicy, 'name' | 'required' | 'watch' | 'weight' | 'source' | 'select'>

function common(input: MetricInput): Common {
  const watch = input.watch === true
  const weight = watch ? 0 : input.weight
  const select = input.select === undefined ? undefined : toSelection(input.select)
  return {
    name: input.name,
    required: !watch && (input.required ?? kinds[input.kind].defaults.required),
    watch,
    ...given({ weight, source: input.source, select }),
  }
}

/** Leaves out what is undefined. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> }
function given(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

function toSelection(input: NonNullable<PolicyInput['select']>): Selection {
  if (typeof input === 'string') return { preset: input, labels: {} }
  if ('canary' in input) return input
  return { preset: input.preset, labels: input.labels ?? {}, ...given({ where: input.where }) }
}

const saysMilliseconds = (histogram = ''): boolean =>
  /^[^{]*_(?:milliseconds|ms)(?:_bucket)?\s*(?:\{|$)/.test(histogram)
