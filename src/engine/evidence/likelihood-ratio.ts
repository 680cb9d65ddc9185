import { valueAt } from '../model/value-at.ts'
import { logSumExp } from '../stats/log-sum-exp.ts'
import type { Restart } from '../model/rollout-plan.ts'
import type { Arms } from '../counts/slices.ts'
import type { CountSeries } from './count-series.ts'

/** Alternatives around the smallest effect worth finding, in multiples of its logarithm. */
const STEPS = [0.25, 0.5, 1, 2, 4, 8] as const
const LOG_WEIGHTS = [0.1, 0.18, 0.27, 0.22, 0.15, 0.08].map((weight) => Math.log(weight))

/**
 * ln e by slice that the risk ratio is above `theta0`: a mixture of likelihood ratios of the canary's share of all bad
 * events, given their total. The base rate cancels slice by slice, so its drift does no harm, and by Ville's
 * inequality the path ever exceeds 1/α with probability at most α, however often it is looked at.
 */
export function harmEvidence(
  stream: CountSeries,
  theta0: Float64Array,
  mde: number,
  restarts: readonly Restart[],
): Float64Array {
  const paths = alternativePaths(stream.facing, theta0, Math.log(mde))
  const floors = stream.noise.floors(theta0)
  const path = new Float64Array(floors.length)
  // every alternative from every first slice, and the part that is kept for later first slices
  const terms = new Float64Array(STEPS.length * restarts.length + 1)
  for (let t = 0; t < path.length; t++) {
    let waiting = 1
    let count = 0
    for (let i = 0; i < restarts.length; i++) {
      const restart = restarts[i]
      if (restart === undefined || restart.from > t) break
      waiting -= restart.weight
      const phi = stream.noise.phi(floors[t] ?? 1, i, t)
      fillTerms(terms, count, paths, restart.from, t, phi, Math.log(restart.weight))
      count += STEPS.length
    }
    if (waiting > 1e-12) terms[count++] = Math.log(waiting)
    path[t] = logSumExp(terms, count)
  }
  return path
}

/**
 * ln e by slice that the risk ratio is below `theta0`: the evidence of being good enough, counted from the start only.
 */
export function nonInferiorityEvidence(stream: CountSeries, theta0: Float64Array, mde: number): Float64Array {
  const paths = alternativePaths(stream.facing, theta0, -Math.log(mde))
  const floors = stream.noise.floors(theta0)
  const terms = new Float64Array(STEPS.length)
  return floors.map((floor, t) => {
    fillTerms(terms, 0, paths, 0, t, stream.noise.phi(floor, 0, t), 0)
    return logSumExp(terms)
  })
}

/** For each alternative, the running log likelihood ratio against theta0; entry t + 1 includes slice t. */
function alternativePaths(arms: Arms, theta0: Float64Array, logEffect: number): readonly Float64Array[] {
  const { canary, stable } = arms
  return STEPS.map((step) => {
    const delta = step * logEffect
    const ratio = Math.exp(delta)
    const path = new Float64Array(theta0.length + 1)
    for (let t = 0; t < theta0.length; t++) {
      const nc = valueAt(canary.requests, t) * (theta0[t] ?? 1)
      const ns = stable.requests[t] ?? 0
      const xc = canary.events[t] ?? 0
      const total = xc + valueAt(stable.events, t)
      const both = nc > 0 && ns > 0 && total > 0
      const gain = both ? xc * delta - total * Math.log((nc * ratio + ns) / (nc + ns)) : 0
      path[t + 1] = valueAt(path, t) + gain
    }
    return path
  })
}

/** The alternatives' weighted, tempered log likelihood ratios over slices `from`..`t`, from `place` on. */
function fillTerms(
  terms: Float64Array,
  place: number,
  paths: readonly Float64Array[],
  from: number,
  t: number,
  phi: number,
  logWeight: number,
): void {
  for (let j = 0; j < paths.length; j++) {
    const path = paths[j]
    if (path === undefined) return
    const gain = valueAt(path, t + 1) - valueAt(path, from)
    terms[place + j] = gain / phi + (LOG_WEIGHTS[j] ?? 0) + logWeight
  }
}
