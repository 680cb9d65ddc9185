import { valueAt } from '../model/value-at.ts'
import { confidenceSequence } from './confidence-sequence.ts'
import { constantNull, type CountTests } from './count-tests.ts'
import type { MetricNumbers } from './metric-evidence.ts'
import { minutesNeeded } from './planning.ts'
import { type ArmSlices, information } from '../counts/slices.ts'
import type { CountSeries } from './count-series.ts'
import type { ArmNumbers, Interval } from '../model/verdict.ts'

/** How many of the latest slices "at this traffic" means. */
const RECENT = 10
/** How many events the share in history counts for. */
const PRIOR_EVENTS = 30

/**
 * The totals of both arms up to slice `t`, over the slices in which they can be compared, and the ratio between them.
 */
export function countNumbers(stream: CountSeries, t: number): MetricNumbers {
  const phi = phiNow(stream, t)
  const ratio = confidenceSequence(stream.facing, t, phi)
  return {
    canary: armTotals(stream.arms.canary, t),
    stable: armTotals(stream.arms.stable, t),
    dispersion: phi,
    ...(ratio === undefined ? {} : { ratio }),
  }
}

export function armTotals(arm: Pick<ArmSlices, 'events' | 'requests' | 'pods'>, t: number): ArmNumbers {
  let events = 0
  let of = 0
  for (let k = 0; k <= t; k++) {
    events += arm.events[k] ?? 0
    of += arm.requests[k] ?? 0
  }
  const pods = arm.pods[t] ?? 0
  return of > 0 ? { events, of, value: events / of, pods } : { events, of, pods }
}

/** The inverse: stable divided by canary. */
export function inverse(interval: Interval): Interval {
  return { estimate: 1 / interval.estimate, low: 1 / interval.high, high: 1 / interval.low }
}

export function phiNow(stream: CountSeries, t: number): number {
  const floor = stream.noise.floors(constantNull(t + 1, 1))[t] ?? 1
  return stream.noise.phi(floor, 0, t)
}

/** Minutes of traffic like the latest until a test of `theta0` is decided, if `theta` is true. */
export function minutesUntil(
  counted: CountTests,
  ratios: { readonly theta: number; readonly theta0: number },
  t: number,
  wanting: number,
  sliceSeconds: number,
): number | undefined {
  const stream = counted.capped ?? counted.plain
  const recent = recentTraffic(stream, t)
  if (recent === undefined) return undefined
  const v = information(stream.facing)
  const gathered = v.subarray(0, t + 1).reduce((sum, value) => sum + value, 0)
  return minutesNeeded({
    ...ratios,
    share: recent.share,
    eventsPerMinute: (recent.events * 60) / sliceSeconds,
    wanting,
    gathered,
    ...stream.noise.growth(t),
  })
}

/** The latest requests at the current weight, and the events to expect in them. */
function recentTraffic(
  stream: CountSeries,
  t: number,
): { readonly share: number; readonly events: number } | undefined {
  const { canary, stable } = stream.facing
  let [nc, ns, slices] = [0, 0, 0]
  for (let k = t; k >= 0 && slices < RECENT; k--) {
    const own = canary.requests[k] ?? 0
    const other = stable.requests[k] ?? 0
    if (own <= 0 || other <= 0) continue
    // the weight changed here, so earlier slices do not describe the current traffic
    if (slices > 0 && Math.abs(Math.log((own / other) * (ns / nc))) > Math.LN2) break
    nc += own
    ns += other
    slices++
  }
  if (slices === 0) return undefined
  return { share: nc / (nc + ns), events: (eventShare(stream, t) * (nc + ns)) / slices }
}

/** The share of events: of this rollout where it has enough events, otherwise of history. */
function eventShare(stream: CountSeries, t: number): number {
  const { canary, stable } = stream.facing
  const { share } = stream.dispersion
  let [x, n] = share > 0 ? [PRIOR_EVENTS, PRIOR_EVENTS / share] : [0, 0]
  for (let k = 0; k <= t; k++) {
    x += valueAt(canary.events, k) + valueAt(stable.events, k)
    n += valueAt(canary.requests, k) + valueAt(stable.requests, k)
  }
  return n > 0 ? x / n : 0
}
