import { conversion } from './conversion/conversion.ts'
import { errors } from './errors/errors.ts'
import { gauge } from './gauge/gauge.ts'
import type { Kind } from './kind.ts'
import { latency } from './latency/latency.ts'
import { restarts } from './restarts/restarts.ts'
import { series } from './series/series.ts'
import type { MetricKind, MetricPolicy } from '../model/policy.ts'
import type { MetricData } from '../model/recording.ts'

type OfKind<Of, K extends MetricKind> = Extract<Of, { readonly kind: K }>

/** The registry: every kind of metric. */
export const kinds = { errors, latency, conversion, gauge, restarts, series } satisfies {
  readonly [K in MetricKind]: Kind<OfKind<MetricPolicy, K>, OfKind<MetricData, K>>
}

/** The kind of this metric. Pass it only policies and data of that same kind. */
export function kindOf(metric: MetricPolicy): Kind {
  return kinds[metric.kind]
}
