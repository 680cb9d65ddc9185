import { z } from 'zod'
import { kinds } from '../../engine/index.ts'
import type { MetricKind } from '../../engine/model/policy.ts'
import { percent } from '../../engine/model/words.ts'
import { change, drop, quantile, quantity, ratio, seconds, share } from './amount-schemas.ts'
import { selectionSchema } from './selection-schema.ts'

export const metricName = z
  .string()
  .regex(/^[a-zA-Z_][\w.-]{0,62}$/, 'expected a name of letters, digits, dots, dashes and underscores')
  // looking up a name that every object has would find a function instead of the metric's data
  .refine((name) => !(name in {}), 'expected another name, this one is reserved')
  .meta({ description: 'Name of the metric, unique in the policy.' })

const promQl = (description: string): z.ZodType<string> => z.string().min(1).max(4000).meta({ description })

const kind = <K extends string>(name: K): z.ZodLiteral<K> =>
  z.literal(name).meta({ description: 'What is measured, which says how it is compared.' })

const common = {
  name: metricName,
  weight: z.exactOptional(
    share('Its weight when falseAbort is divided, in place of its part of the weight of its kind.', {
      min: 0,
      max: 1,
    }),
  ),
  required: z.exactOptional(
    z.boolean().meta({
      description: 'A step passes only when every required metric passes (yes; gauges and restarts no).',
    }),
  ),
  watch: z.exactOptional(
    z
      .boolean()
      .meta({ description: 'Show it, but never let it decide: weight 0, not required.', default: false }),
  ),
  critical: z.exactOptional(
    z.boolean().meta({ description: 'Tolerate nothing worse than stable.', default: false }),
  ),
  source: z.exactOptional(
    z
      .string()
      .min(1)
      .max(63)
      .meta({ description: "A source of the configuration, in place of the policy's." }),
  ),
  select: z.exactOptional(selectionSchema),
}

const harm = 'Fail when shown to be worse than this, as a ratio to stable'
const good = 'Pass a step when shown to be within this, as a ratio to stable'
const mde = (ratioWorthFinding: number): string =>
  `The smallest effect worth finding (${more(ratioWorthFinding)}).`
/** A ratio as people write it: 5% for 1.05. */
const more = (ratioToStable: number): string => percent(ratioToStable - 1)
const defaults = {
  errors: kinds.errors.defaults,
  latency: kinds.latency.defaults,
  conversion: kinds.conversion.defaults,
  gauge: kinds.gauge.defaults,
  restarts: kinds.restarts.defaults,
  series: kinds.series.defaults,
}

const errorsMetric = z
  .strictObject({
    kind: kind('errors'),
    ...common,
    total: z.exactOptional(promQl('Selector of the counter of all requests.')),
    bad: z.exactOptional(promQl('Selector of the counter of failed requests.')),
    tolerance: z.exactOptional(ratio(`${harm} (${defaults.errors.tolerance}, no worse).`)),
    margin: z.exactOptional(ratio(`${good} (${defaults.errors.margin}).`, { above: 1 })),
    absoluteMargin: z.exactOptional(
      share(`An error rate that is good enough whatever the ratio (${defaults.errors.absoluteMargin}).`, {
        min: 0,
        below: 1,
      }),
    ),
    mde: z.exactOptional(ratio(mde(defaults.errors.mde), { above: 1 })),
    limit: z.exactOptional(
      share('Highest share of failed requests that is acceptable at all.', { above: 0, below: 1 }),
    ),
  })
  .meta({ description: 'Share of requests that fail.' })

const latencyMetric = z
  .strictObject({
    kind: kind('latency'),
    ...common,
    histogram: z.exactOptional(promQl('Selector of the histogram, with or without _bucket.')),
    unit: z.exactOptional(
      z.enum(['seconds', 'milliseconds']).meta({
        description: "Unit of the histogram's bounds (milliseconds when its name says so, else seconds).",
      }),
    ),
    quantile: z.exactOptional(quantile(`The quantile that is compared (${defaults.latency.quantile}).`)),
    tolerance: z.exactOptional(ratio(`${harm} (${more(defaults.latency.tolerance)}).`)),
    margin: z.exactOptional(ratio(`${good} (${more(defaults.latency.margin)}).`, { above: 1 })),
    mde: z.exactOptional(ratio(mde(defaults.latency.mde), { above: 1 })),
    limit: z.exactOptional(seconds('Highest acceptable quantile: 1s, 250ms.', { above: 0, max: 86_400 })),
  })
  .meta({ description: 'A quantile of response times, from a histogram.' })

const conversionMetric = z
  .strictObject({
    kind: kind('conversion'),
    ...common,
    good: z.exactOptional(promQl('Selector of the counter of successes.')),
    total: z.exactOptional(promQl('Selector of the counter of attempts.')),
    tolerance: z.exactOptional(
      drop(
        `Fail when the relative drop is shown to be larger than this (${percent(defaults.conversion.tolerance)}).`,
      ),
    ),
    margin: z.exactOptional(
      drop(
        `Pass a step when the relative drop is shown to be smaller than this (${percent(defaults.conversion.margin)}).`,
        { above: 0 },
      ),
    ),
    mde: z.exactOptional(ratio(mde(defaults.conversion.mde), { above: 1 })),
  })
  .meta({ description: 'Share of attempts that succeed; lower is worse.' })

const gaugeMetric = z
  .strictObject({
    kind: kind('gauge'),
    ...common,
    query: z.exactOptional(promQl('A query with one level per pod: cpu, memory, a queue.')),
    tolerance: z.exactOptional(ratio(`${harm} (${more(defaults.gauge.tolerance)}).`)),
    margin: z.exactOptional(ratio(`${good} (none: it never has to pass).`, { above: 1 })),
    limit: z.exactOptional(
      quantity("Highest acceptable level in the metric's own unit: 0.8, 512Mi.", { above: 0 }),
    ),
  })
  .meta({ description: 'A level per pod; higher is worse.' })

const restartsMetric = z
  .strictObject({
    kind: kind('restarts'),
    ...common,
    restarts: z.exactOptional(
      promQl('Selector of the counter of restarts (kube_pod_container_status_restarts_total).'),
    ),
    tolerance: z.exactOptional(ratio(`${harm} (${defaults.restarts.tolerance}, no worse).`)),
  })
  .meta({ description: 'How often containers of each pod restart; again and again is harm.' })

const seriesMetric = z
  .strictObject({
    kind: kind('series'),
    ...common,
    query: z.exactOptional(
      promQl('An expression that is asked once for each arm, with the labels of the arm in every selector.'),
    ),
    harm: z.enum(['up', 'down']).meta({ description: 'In which direction the canary is worse.' }),
    compare: z.exactOptional(
      z.enum(['ratio', 'difference']).meta({
        description:
          "Compare arms by their ratio, or by their difference in the metric's own unit, where values may be zero or negative.",
        default: 'ratio',
      }),
    ),
    tolerance: z.exactOptional(
      change(
        `Fail when shown to be worse than stable by more than this (${percent(defaults.series.tolerance)}; for a difference it must be given).`,
        { min: 0, max: 1e15 },
      ),
    ),
    margin: z.exactOptional(
      change(
        `Pass a step when shown to be worse by less than this (${percent(defaults.series.margin)}; for a difference none).`,
        { above: 0, max: 1e15 },
      ),
    ),
  })
  .meta({ description: 'An expression with one value for each arm, such as a business metric.' })

/** How a metric of each kind is written. */
export const metricSchemas = {
  errors: errorsMetric,
  latency: latencyMetric,
  conversion: conversionMetric,
  gauge: gaugeMetric,
  restarts: restartsMetric,
  series: seriesMetric,
} satisfies Readonly<Record<MetricKind, z.ZodType>>

/** The names of the kinds, as answers write them. */
export const metricKind = z.keyof(z.object(metricSchemas))

const { errors, latency, conversion, gauge, restarts, series } = metricSchemas
export const metricSchema = z.discriminatedUnion('kind', [
  errors,
  latency,
  conversion,
  gauge,
  restarts,
  series,
])

export type MetricInput = z.output<typeof metricSchema>
