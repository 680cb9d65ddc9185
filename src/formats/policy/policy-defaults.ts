import { z } from 'zod'
import type { MetricKind } from '../../engine/model/policy.ts'
import { type Fields, isFields, type WrittenPolicy } from './extend-policy.ts'
import { metricSchemas } from './metric-schema.ts'
import { policySchema } from './policy-schema.ts'

const { errors, latency, conversion, gauge, restarts, series } = metricSchemas

const tolerancesSchema = z.strictObject({
  errors: errors.shape.tolerance,
  latency: latency.shape.tolerance,
  conversion: conversion.shape.tolerance,
  gauge: gauge.shape.tolerance,
  restarts: restarts.shape.tolerance,
  series: series.shape.tolerance,
} satisfies Readonly<Record<MetricKind, z.ZodType>>)

/** What every policy has that does not set it itself. */
export const policyDefaultsSchema = policySchema.omit({ name: true, metrics: true }).extend({
  tolerances: z.exactOptional(
    tolerancesSchema.meta({ description: 'For each kind of metric: a canary fails when shown to be worse.' }),
  ),
})

/** In place of the name of a policy, where a key comes from the defaults. */
const defaultsOrigin = 'defaults of the configuration'

/** The policy with the defaults, as they are written, where it sets nothing itself. */
export function withDefaults({ name, value, from }: WrittenPolicy, defaults: Fields = {}): WrittenPolicy {
  const { tolerances, hold, ...keys } = defaults
  const added = Object.keys(keys).filter((key) => !Object.hasOwn(value, key))
  const holdKeys = isFields(hold) ? holdDefaults(hold, value['hold']) : {}
  const metrics = listOf(value['metrics']).map((metric) => withTolerance(metric, tolerances))
  const toleranceOf = metrics.flatMap(({ metric, isAdded }) =>
    isAdded && isFields(metric) ? [`metrics.${String(metric['name'])}.tolerance`] : [],
  )
  const paths = [...added, ...Object.keys(holdKeys).map((key) => `hold.${key}`), ...toleranceOf]
  return {
    name,
    value: {
      ...keys,
      ...value,
      ...(Object.keys(holdKeys).length > 0 && { hold: Object.assign({}, holdKeys, value['hold']) }),
      ...(toleranceOf.length > 0 && { metrics: metrics.map(({ metric }) => metric) }),
    },
    from: { ...from, ...Object.fromEntries(paths.map((path) => [path, defaultsOrigin])) },
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? Array.from(value) : [])

/** Nothing where the policy has a hold that is no map, which is a mistake of its own. */
function holdDefaults(defaults: Fields, own: unknown): Fields {
  if (own !== undefined && !isFields(own)) return {}
  return Object.fromEntries(Object.entries(defaults).filter(([key]) => !Object.hasOwn(own ?? {}, key)))
}

function withTolerance(
  metric: unknown,
  tolerances: unknown,
): { readonly metric: unknown; readonly isAdded: boolean } {
  if (!isFields(metric) || !isFields(tolerances)) return { metric, isAdded: false }
  const kind = String(metric['kind'])
  // a critical metric tolerates nothing, and a difference has a unit of its own
  const isSet =
    metric['tolerance'] !== undefined || metric['critical'] === true || metric['compare'] === 'difference'
  if (isSet || !Object.hasOwn(tolerances, kind)) return { metric, isAdded: false }
  return { metric: { ...metric, tolerance: tolerances[kind] }, isAdded: true }
}
