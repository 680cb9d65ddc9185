import { valueAt } from '../model/value-at.ts'
import { logSumExp } from '../stats/log-sum-exp.ts'
import type { Arms } from '../counts/slices.ts'
import type { Interval } from '../model/verdict.ts'

const GRID_HALF = 300
const GRID_END = 3
const CONFIDENCE = 0.95
/** How far below the peak, in ln, heights still count: the prior spans 8, and e^−60 times the rest is negligible. */
const NEGLIGIBLE = 70

/** Prior over log ratios: wide, with a peak at no difference. */
const grid = Array.from({ length: 2 * GRID_HALF + 1 }, (_, i) => (GRID_END * (i - GRID_HALF)) / GRID_HALF)
const density = grid.map((g) => Math.exp(-0.5 * (g / 0.8) ** 2) + 0.3 * Math.exp(-Math.abs(g) / 0.3))
const mass = density.reduce((sum, value) => sum + value, 0)
const logPrior = Float64Array.from(density, (value) => Math.log(value / mass))

/**
 * All risk ratios that are not refuted so far, valid at all looks together. They are read from a grid from 1/20 to 20.
 * Undefined without events.
 */
export function confidenceSequence(arms: Arms, t: number, phi: number): Interval | undefined {
  const slices = comparedSlices(arms, t)
  if (slices.length === 0) return undefined
  const { logs, peak } = aroundPeak((i) => tiltedLikelihood(slices, grid[i] ?? 0) / phi)
  const weighted = logs.map((log, i) => log + valueAt(logPrior, i))
  const threshold = logSumExp(weighted) + Math.log(1 - CONFIDENCE)
  const low = logs.findIndex((log) => log > threshold)
  const high = logs.findLastIndex((log) => log > threshold)
  const at = (i: number): number => Math.exp(grid[i] ?? 0)
  return { estimate: at(peak), low: at(Math.max(low - 1, 0)), high: at(Math.min(high + 1, grid.length - 1)) }
}

interface ComparedSlice {
  readonly canary: number
  readonly all: number
  /** Canary's share of the requests. */
  readonly share: number
}

function comparedSlices(arms: Arms, t: number): readonly ComparedSlice[] {
  const slices: ComparedSlice[] = []
  for (let k = 0; k <= t; k++) {
    const nc = arms.canary.requests[k] ?? 0
    const ns = arms.stable.requests[k] ?? 0
    const canary = arms.canary.events[k] ?? 0
    const all = canary + valueAt(arms.stable.events, k)
    if (nc > 0 && ns > 0 && all > 0) slices.push({ canary, all, share: nc / (nc + ns) })
  }
  return slices
}

function tiltedLikelihood(slices: readonly ComparedSlice[], g: number): number {
  const lift = Math.expm1(g)
  let log = 0
  for (const { canary, all, share } of slices) log += canary * g - all * Math.log1p(share * lift)
  return log
}

interface Peaked {
  readonly logs: Float64Array
  /** The index of the highest value. */
  readonly peak: number
}

/**
 * The values of a concave function over the grid, from its peak down on both sides until they no longer matter, and
 * −Infinity beyond. It saves time: after a long rollout most of the grid is far from the peak.
 */
function aroundPeak(heightAt: (i: number) => number): Peaked {
  const last = grid.length - 1
  const logs = new Float64Array(grid.length).fill(-Infinity)
  let [peak, high] = [0, last]
  while (peak < high) {
    const middle = Math.floor((peak + high) / 2)
    if (heightAt(middle) < heightAt(middle + 1)) peak = middle + 1
    else high = middle
  }
  logs[peak] = heightAt(peak)
  const least = valueAt(logs, peak) - NEGLIGIBLE
  for (let i = peak - 1; i >= 0 && valueAt(logs, i + 1) >= least; i--) logs[i] = heightAt(i)
  for (let i = peak + 1; i <= last && valueAt(logs, i - 1) >= least; i++) logs[i] = heightAt(i)
  return { logs, peak }
}
