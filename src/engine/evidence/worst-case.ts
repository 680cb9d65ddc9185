import { valueAt } from '../model/value-at.ts'
import type { ArmSlices } from '../counts/slices.ts'
import type { CountSeries } from './count-series.ts'
import type { WorstCase } from './metric-evidence.ts'

const Z = 1.6448536269514722
/** The largest dispersion that counts: bursts come and go, and the cost of a step is what lasts. */
const MOST_SPREAD = 4
/** How many of the latest slices describe the traffic. */
const RECENT = 10

/**
 * How many bad outcomes more than stable a step of so many slices at the weight `next` may bring. It is the smaller of
 * two quasi-Poisson bounds: of the canary's rate minus stable's, and of its ratio to stable by slice, which does not
 * grow with what happens to both arms.
 */
export function worstCase(
  { arms: { canary, stable } }: CountSeries,
  phi: number,
  step: { readonly next: number; readonly slices: number; readonly sliceSeconds: number },
  t: number,
): WorstCase | undefined {
  const stableOf = sum(stable.requests, 0, t)
  if (stableOf <= 0) return undefined
  const recent = sum(canary.requests, t + 1 - RECENT, t) + sum(stable.requests, t + 1 - RECENT, t)
  const perSlice = recent / Math.min(RECENT, t + 1)
  const usual = sum(stable.events, 0, t) / stableOf
  const of = sum(canary.requests, 0, t)
  const spread = Math.min(Math.max(phi, 1), MOST_SPREAD)
  const most = spread * gammaQuantile(sum(canary.events, 0, t) / spread + 1)
  const rate = of > 0 ? Math.min(most / of, 1) : 1
  const expected = expectedAsStable(canary, stable, t)
  const excess = Math.min(rate - usual, expected > 0 ? (most / expected - 1) * usual : Infinity)
  const served = (perSlice * step.slices * step.next) / 100
  return {
    excess: Math.max(excess * served, 0),
    usual: usual * perSlice * step.slices,
    requestsPerMinute: (perSlice * 60) / step.sliceSeconds,
  }
}

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0
  for (let k = Math.max(from, 0); k <= to; k++) total += valueAt(values, k)
  return total
}

/** The bad outcomes that the canary would have with stable's rate in each slice. */
function expectedAsStable(canary: ArmSlices, stable: ArmSlices, t: number): number {
  let expected = 0
  for (let k = 0; k <= t; k++) {
    const of = valueAt(stable.requests, k)
    if (of > 0) expected += (valueAt(canary.requests, k) * valueAt(stable.events, k)) / of
  }
  return expected
}

/** 95 % quantile for a shape of 1 and more, by Wilson and Hilferty: within 1 %. */
function gammaQuantile(shape: number): number {
  const c = 1 / (9 * shape)
  return shape * (1 - c + Z * Math.sqrt(c)) ** 3
}
