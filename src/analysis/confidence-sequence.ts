import type { Arms } from './slices.ts'

export interface RatioInterval {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

const GRID_HALF = 300
const GRID_END = 3
const CONFIDENCE = 0.95

/** Prior over log ratios: wide, with a peak at no difference. */
const grid = Array.from({ length: 2 * GRID_HALF + 1 }, (_, i) => (GRID_END * (i - GRID_HALF)) / GRID_HALF)
const density = grid.map((g) => Math.exp(-0.5 * (g / 0.8) ** 2) + 0.3 * Math.exp(-Math.abs(g) / 0.3))
const mass = density.reduce((sum, value) => sum + value, 0)
const logPrior = Float64Array.from(density, (value) => Math.log(value / mass))

/**
 * All risk ratios not refuted so far, valid at every look together. It is read off a grid from 1/20 to 20;
 * undefined without events.
 */
export function confidenceSequence(arms: Arms, t: number, phi: number): RatioInterval | undefined {
  const logs = tiltedLikelihood(arms, t, phi)
  if (logs === undefined) return undefined
  let peak = 0
  let top = -Infinity
  logs.forEach((log, i) => {
    if (log > (logs[peak] ?? -Infinity)) peak = i
    top = Math.max(top, log + (logPrior[i] ?? 0))
  })
  let sum = 0
  logs.forEach((log, i) => {
    sum += Math.exp(log + (logPrior[i] ?? 0) - top)
  })
  const threshold = top + Math.log(sum) + Math.log(1 - CONFIDENCE)
  const low = logs.findIndex((log) => log > threshold)
  const high = logs.findLastIndex((log) => log > threshold)
  const at = (i: number): number => Math.exp(grid[i] ?? 0)
  return { estimate: at(peak), low: at(Math.max(low - 1, 0)), high: at(Math.min(high + 1, grid.length - 1)) }
}

function tiltedLikelihood(arms: Arms, t: number, phi: number): Float64Array | undefined {
  const logs = new Float64Array(grid.length)
  let events = 0
  for (let k = 0; k <= t; k++) {
    const nc = arms.canary.requests[k] ?? 0
    const ns = arms.stable.requests[k] ?? 0
    const xc = arms.canary.events[k] ?? 0
    const total = xc + (arms.stable.events[k] ?? 0)
    if (nc <= 0 || ns <= 0 || total <= 0) continue
    events += total
    const pi = nc / (nc + ns)
    for (let i = 0; i < grid.length; i++) {
      const g = grid[i] ?? 0
      logs[i] = (logs[i] ?? 0) + (xc * g - total * Math.log1p(pi * Math.expm1(g))) / phi
    }
  }
  return events > 0 ? logs : undefined
}
