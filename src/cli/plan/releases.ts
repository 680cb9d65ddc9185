import type { MetricKind } from '../../engine/model/policy.ts'
import { effects, type Effect } from '../../simulate/effect.ts'

/** A release that is played: its name, what it does, and the kind of metric that shows it. */
export interface Release {
  readonly name: string
  readonly effect: Effect
  /** Absent for a healthy release. */
  readonly shownBy?: MetricKind
}

const errors = (times: number): Release => ({
  name: `errors ×${times}`,
  effect: { errors: times },
  shownBy: 'errors',
})
const latency = (percent: number): Release => ({
  name: `latency +${percent}%`,
  effect: { latency: 1 + percent / 100 },
  shownBy: 'latency',
})
const conversion = (percent: number): Release => ({
  name: `conversion −${percent}%`,
  effect: { conversion: 1 - percent / 100 },
  shownBy: 'conversion',
})

/** From harmless to harmful, kind by kind. */
export const releases: readonly Release[] = [
  { name: 'healthy', effect: effects.none },
  ...[1.5, 2, 3, 5, 10].map(errors),
  ...[10, 25, 50, 100].map(latency),
  ...[5, 10, 20].map(conversion),
]
