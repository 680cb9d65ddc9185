import { valueAt } from '../model/value-at.ts'
import { logAddExp } from '../stats/log-add-exp.ts'
import { logSumExp } from '../stats/log-sum-exp.ts'
import type { RolloutPlan } from '../model/rollout-plan.ts'
import type { Arms } from '../counts/slices.ts'

/** A deviation of the odds by a tenth is tolerated. */
const TOLERATED = 1.1
const EFFECTS = [0.05, 0.1, 0.2, 0.4, 0.8] as const
/** The prior for the noise of the routing: its weight in slices, and its dispersion. */
const PRIOR_SLICES = 10
const PRIOR_SUM = 30

export interface TrafficShare {
  /** The canary's share of all requests, and the share that the weights promised. */
  readonly share: number
  readonly expected: number
  /** ln e that the odds deviate by more than a tenth, up or down. */
  readonly evidence: number
}

interface Split {
  readonly canary: number
  readonly all: number
  readonly weight: number
}

/** Compares the traffic's split with the weights that were declared; undefined without declared weights or traffic. */
export function trafficShare(arms: Arms, plan: RolloutPlan, t: number): TrafficShare | undefined {
  const splits = declaredSplits(arms, plan, t)
  const all = splits.reduce((sum, split) => sum + split.all, 0)
  if (all === 0) return undefined
  const canary = splits.reduce((sum, split) => sum + split.canary, 0)
  const expected = splits.reduce((sum, split) => sum + split.all * split.weight, 0) / all
  const phi = dispersionOf(splits, canary)
  const more = oneSided(splits, TOLERATED, 1, phi)
  const less = oneSided(splits, 1 / TOLERATED, -1, phi)
  return { share: canary / all, expected, evidence: logAddExp(more, less) - Math.LN2 }
}

/** Leaves out the first slice of each step, in which the weight changes. */
function declaredSplits(arms: Arms, plan: RolloutPlan, t: number): readonly Split[] {
  return plan.steps.flatMap((step, i) => {
    const end = Math.min(plan.steps[i + 1]?.from ?? Infinity, t + 1)
    const splits: Split[] = []
    for (let k = step.from + 1; k < end && step.weight > 0 && step.weight < 100; k++) {
      const canary = arms.canary.requests[k] ?? 0
      const all = canary + valueAt(arms.stable.requests, k)
      if (all > 0) splits.push({ canary, all, weight: step.weight / 100 })
    }
    return splits
  })
}

function oneSided(splits: readonly Split[], theta0: number, sign: 1 | -1, phi: number): number {
  const terms = EFFECTS.map((effect) => {
    const theta = theta0 * Math.exp(sign * effect)
    const log = splits.reduce(
      (sum, { canary, all, weight }) =>
        sum +
        canary * sign * effect -
        all * Math.log((weight * theta + 1 - weight) / (weight * theta0 + 1 - weight)),
      0,
    )
    return log / phi - Math.log(EFFECTS.length)
  })
  return logSumExp(terms)
}

/** Measured around the odds that fit best, so that a wrong split does not count as noise. */
function dispersionOf(splits: readonly Split[], canary: number): number {
  const theta = fittedOdds(splits, canary)
  const squares = splits.reduce((sum, { canary: own, all, weight }) => {
    const p = (weight * theta) / (weight * theta + 1 - weight)
    const variance = all * p * (1 - p)
    return variance > 0 ? sum + (own - all * p) ** 2 / variance : sum
  }, 0)
  return Math.max(1, (PRIOR_SUM + squares) / (PRIOR_SLICES + splits.length))
}

function fittedOdds(splits: readonly Split[], canary: number): number {
  let [low, high] = [-7, 7]
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2
    const theta = Math.exp(middle)
    const expected = splits.reduce(
      (sum, { all, weight }) => sum + (all * weight * theta) / (weight * theta + 1 - weight),
      0,
    )
    if (expected < canary) low = middle
    else high = middle
  }
  return Math.exp((low + high) / 2)
}
