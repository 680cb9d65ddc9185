import { kinds } from '../../engine/index.ts'
import type { MetricPolicy, Policy, Selection } from '../../engine/model/policy.ts'
import type { Mistake } from '../mistakes/field-issues.ts'
import { toDuration } from './amounts.ts'
import type { MetricInput } from './metric-schema.ts'

export interface CheckedMetric {
  readonly index: number
  readonly input: MetricInput
  readonly resolved: MetricPolicy
}

/** Mistakes between values that are correct by themselves. */
export function checkMetrics(metrics: readonly CheckedMetric[]): readonly Mistake[] {
  return metrics.flatMap(checkMetric)
}

/** Metrics with the same name, or shares whose sum is too large. `names` and `weights` are as written. */
export function checkTogether(
  metrics: readonly CheckedMetric[],
  names: readonly unknown[],
): readonly Mistake[] {
  const repeated = names.flatMap((name, index): readonly Mistake[] => {
    const first = names.indexOf(name)
    if (typeof name !== 'string' || first === index) return []
    const message = `expected a name of its own, got ${JSON.stringify(name)} as in metrics[${first}]`
    return [{ path: ['metrics', index, 'name'], message }]
  })
  const weights = metrics.reduce((sum, { resolved }) => sum + (resolved.weight ?? 0), 0)
  if (weights <= 1 + 1e-9) return repeated
  const message = `expected weights that sum up to at most 1, got ${Number(weights.toPrecision(6))}`
  return [...repeated, { path: ['metrics'], message }]
}

export function checkSelection(select: Selection, path: Mistake['path']): readonly Mistake[] {
  if (!('canary' in select)) return []
  const keys = Object.keys(select.canary)
  const same =
    keys.length === Object.keys(select.stable).length &&
    keys.every((key) => select.canary[key] === select.stable[key])
  return same
    ? [{ path, message: 'expected labels that tell canary and stable apart, got the same for both' }]
    : []
}

/** Warnings: what is allowed but probably not intended. */
export function policyWarnings(policy: Policy): readonly Mistake[] {
  const sliceSeconds = policy.slice === 'auto' ? 60 : policy.slice.seconds
  const { soakSeconds, warmupSeconds, historySeconds, metrics } = policy
  // with `auto` the last step has at least ten minutes
  const stepSeconds = policy.stepSeconds === 'auto' ? 600 : policy.stepSeconds
  const warnings: Mistake[] = []
  const warn = (path: Mistake['path'], message: string): number => warnings.push({ path, message })
  if (stepSeconds < sliceSeconds) {
    warn(
      ['step'],
      `a step of ${toDuration(stepSeconds)} is shorter than a slice of ${toDuration(sliceSeconds)}`,
    )
  } else if (soakSeconds + warmupSeconds > stepSeconds) {
    const needed = toDuration(soakSeconds + warmupSeconds)
    warn(['soak'], `warmup and soak need ${needed}, so no step of ${toDuration(stepSeconds)} can pass`)
  }
  if (historySeconds < 60 * sliceSeconds) {
    const slices = Math.floor(historySeconds / sliceSeconds)
    warn(
      ['history'],
      `noise is learned from at least 60 slices of history, ${slices} leave the judge cautious`,
    )
  }
  if (metrics.every(({ watch }) => watch))
    warn(['metrics'], 'every metric is only watched, so nothing can fail')
  if (metrics.every(({ required }) => !required))
    warn(['metrics'], 'no metric is required, so a step needs all that are judged')
  for (const [index, metric] of metrics.entries()) {
    if (metric.weight === 0 && !metric.watch) {
      warn(['metrics', index, 'weight'], `weight 0 means ${metric.name} can never fail, as with watch: true`)
    }
    const mayLackMargin = metric.kind === 'gauge' || metric.kind === 'series'
    if (mayLackMargin && metric.required && metric.margin === undefined) {
      warn(
        ['metrics', index, 'required'],
        `${metric.name} has no margin, so there is nothing that it has to show`,
      )
    }
  }
  return warnings
}

function checkMetric({ index, input, resolved }: CheckedMetric): readonly Mistake[] {
  const at = (key: string): Mistake['path'] => ['metrics', index, key]
  const mistakes: Mistake[] = []
  if (resolved.margin !== undefined && resolved.tolerance > resolved.margin) {
    const message = `expected a margin of at least the tolerance, ${show(resolved.tolerance)}, got ${show(resolved.margin)}`
    mistakes.push({ path: at('margin'), message })
  }
  if (
    input.critical === true &&
    input.tolerance !== undefined &&
    input.tolerance !== kinds[input.kind].noWorse
  ) {
    mistakes.push({
      path: at('tolerance'),
      message: `expected no tolerance beside critical: true, which tolerates nothing worse, got ${show(input.tolerance)}`,
    })
  }
  if (input.watch === true) mistakes.push(...checkWatched(input, at))
  if (input.kind === 'series') mistakes.push(...checkChange(input, at))
  if (resolved.select !== undefined) mistakes.push(...checkSelection(resolved.select, at('select')))
  return mistakes
}

/** A ratio has tolerances below 100 %, and a difference has no usual one. */
function checkChange(
  { compare, tolerance, margin, critical }: Extract<MetricInput, { kind: 'series' }>,
  at: (key: string) => Mistake['path'],
): readonly Mistake[] {
  if (compare === 'difference') {
    if (tolerance !== undefined || critical === true) return []
    const message = "expected a tolerance in the metric's own unit beside compare: difference, got none"
    return [{ path: at('compare'), message }]
  }
  return Object.entries({ tolerance, margin }).flatMap(([key, value]) =>
    value === undefined || value < 1
      ? []
      : [{ path: at(key), message: `expected a percentage below 100%, such as 10%, got ${show(value)}` }],
  )
}

function checkWatched(input: MetricInput, at: (key: string) => Mistake['path']): readonly Mistake[] {
  const mistakes: Mistake[] = []
  const message = 'beside watch: true, which never decides'
  if (input.required === true)
    mistakes.push({ path: at('required'), message: `expected no required ${message}` })
  if (input.critical === true)
    mistakes.push({ path: at('critical'), message: `expected no critical ${message}` })
  if (input.weight !== undefined && input.weight > 0) {
    mistakes.push({ path: at('weight'), message: `expected no weight ${message}, got ${input.weight}` })
  }
  return mistakes
}

const show = (value: number): string => String(Number(value.toPrecision(6)))
