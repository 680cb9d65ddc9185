import { valueAt } from '../model/value-at.ts'
import type { PodCounts } from '../counts/pod-counts.ts'
import type { Arms, ArmSlices, SliceWindow } from '../counts/slices.ts'
import { capFactor, withEvents } from './bursts.ts'
import { type ArmDispersion, learnDispersion } from './dispersion.ts'

/** How many of the latest slices give stable's recent share, which counts where it is above its long-run share. */
const RECENT = 10
/** A cap must reduce the noise to this part; otherwise counts of unknown pods are not capped. */
const WORTHWHILE = 0.8

export interface CappedArms {
  readonly arms: Arms
  readonly dispersion: ArmDispersion
}

/**
 * Where pods are few, no neighbours show a burst, and a short history does not show how often bursts come. So a count
 * is capped at a few times what stable's share suggests, equally in both arms and in history. Undefined where pods are
 * not known and history has no bursts that a cap would cut.
 */
export function capLoneBursts(
  pods: readonly PodCounts[],
  window: SliceWindow,
  plain: { readonly arms: Arms; readonly dispersion: ArmDispersion },
  leastCap: number,
): CappedArms | undefined {
  const stable = pods.filter(({ arm }) => arm === 'stable')
  const rates = expectedRates(stable, window, plain.dispersion.share)
  const smallest = relativeSize(plain.arms)
  const rows = stable.map((pod) => ({ ...pod, events: Float64Array.from(pod.events) }))
  for (const [k, rate] of rates.entries()) {
    for (const row of rows) capAt(row.events, row.requests, k, rate, leastCap, smallest)
  }
  const dispersion = learnDispersion(rows, window.start, window.plan.slices)
  if (dispersion.kind !== 'arm') return undefined
  const areHidden = stable.some(({ aggregate }) => aggregate)
  if (areHidden && dispersion.factor >= WORTHWHILE * plain.dispersion.factor) return undefined
  return { arms: cappedArms(plain.arms, rates.subarray(window.start), leastCap), dispersion }
}

/** By slice of the recording, the share of bad requests to expect of an ordinary pod. */
function expectedRates(stable: readonly PodCounts[], window: SliceWindow, share: number): Float64Array {
  const sumAt = (of: 'events' | 'requests', k: number): number =>
    stable.reduce((sum, pod) => sum + valueAt(pod[of], k), 0)
  let [x, n] = [0, 0]
  return Float64Array.from({ length: window.start + window.plan.slices }, (_, k) => {
    x += sumAt('events', k) - (k >= RECENT ? sumAt('events', k - RECENT) : 0)
    n += sumAt('requests', k) - (k >= RECENT ? sumAt('requests', k - RECENT) : 0)
    return Math.max(share, n > 0 ? x / n : 0)
  })
}

/**
 * The requests of the smallest canary pod divided by those of the smallest stable pod, where both first have some; at
 * most 1.
 */
function relativeSize({ canary, stable }: Arms): number {
  const t = canary.requests.findIndex((n, k) => n > 0 && valueAt(stable.requests, k) > 0)
  return t < 0 ? 1 : Math.min(leastRequests(canary, t) / leastRequests(stable, t), 1)
}

function leastRequests({ podRequests }: ArmSlices, t: number): number {
  return Math.min(...podRequests.map((requests) => valueAt(requests, t)).filter((n) => n > 0))
}

function cappedArms({ canary, stable }: Arms, rates: Float64Array, leastCap: number): Arms {
  const copy = (arm: ArmSlices): readonly Float64Array[] => arm.podEvents.map((row) => Float64Array.from(row))
  const [own, others] = [copy(canary), copy(stable)]
  for (const [t, rate] of rates.entries()) {
    own.forEach((row, j) => capAt(row, canary.podRequests[j] ?? row, t, rate, leastCap))
    others.forEach((row, j) => capAt(row, stable.podRequests[j] ?? row, t, rate, leastCap))
  }
  return { canary: withEvents(canary, own), stable: withEvents(stable, others) }
}

/** `size`: how much smaller than the row's own pod the pod is that the row stands for. */
function capAt(
  events: Float64Array,
  requests: Float64Array,
  k: number,
  rate: number,
  leastCap: number,
  size = 1,
): void {
  const mu = valueAt(requests, k) * rate
  if (mu > 0) events[k] = Math.min(valueAt(events, k), capFactor([mu * size], leastCap) * mu)
}
