import { valueAt } from '../model/value-at.ts'
import { logSumExp } from '../stats/log-sum-exp.ts'
import { harmEvidence } from './likelihood-ratio.ts'
import { constantNull } from './count-tests.ts'
import { learnNoise } from '../noise/noise.ts'
import { type Restart, type RolloutPlan, sparsity, stepAt } from '../model/rollout-plan.ts'
import { type Arms, type ArmSlices, cumulative } from '../counts/slices.ts'
import type { CountSeries } from './count-series.ts'

/** A crash is a higher share of failures than this, and several times stable's share. */
const CRASH_RATE = 0.1
const CRASH_ALTERNATIVES = [0.2, 0.4, 0.8] as const
const CRASH_RATIO = 3
const LIMIT_MULTIPLES = [1.25, 1.5, 2, 4, 8] as const
const MARGIN_FRACTIONS = [0.01, 0.1, 0.3, 0.6] as const
/** In the first hour every slice may be the beginning of a crash; later every tenth slice, then fewer and fewer. */
const EACH_SLICE_UNTIL = 60
const LATER_STRIDE = 10

/**
 * ln e by slice that the canary is crashing: its failure rate is above 10 % and above three times stable's. The
 * minimum of two e-values is an e-value; it keeps an outage of both arms from aborting a healthy canary. Pods that are
 * warming up count too: a crash shows at once.
 */
export function crashEvidence(arms: Arms, plan: RolloutPlan, stream: CountSeries, mde: number): Float64Array {
  const restarts = crashRestarts(plan.slices)
  const noise = learnNoise({ arms, facing: arms, dispersion: stream.dispersion, tau: ERROR_TAU, restarts })
  const relative = harmEvidence(
    { ...stream, arms, facing: arms, noise },
    constantNull(plan.slices, CRASH_RATIO),
    mde,
    restarts,
  )
  const flat = (): number => 1
  const absolute = rateEvidence(arms.canary, CRASH_RATE, CRASH_ALTERNATIVES, restarts, flat)
  return bothOf(absolute, relative, plan)
}

/** Standard deviation of a lasting difference in error rates that no history shows. */
export const ERROR_TAU = 0.05

/** ln e by slice that more than `share` of the canary's requests are bad, and more than `tolerance` times stable's share. */
export function limitEvidence(
  stream: CountSeries,
  share: number,
  mde: number,
  plan: RolloutPlan,
  tolerance = 1,
): Float64Array {
  const alternatives = LIMIT_MULTIPLES.map((multiple) => Math.min(share * multiple, (1 + share) / 2))
  const phi = (t: number): number => stream.noise.phiAbsolute(share, t)
  const absolute = rateEvidence(stream.arms.canary, share, alternatives, plan.restarts, phi)
  const relative = harmEvidence(stream, constantNull(plan.slices, tolerance), mde, plan.restarts)
  return bothOf(absolute, relative, plan)
}

/** ln e by slice that fewer than `share` of the canary's requests are bad, whatever stable does. */
export function absoluteMarginEvidence(stream: CountSeries, share: number): Float64Array {
  const { events, requests } = stream.arms.canary
  const x = cumulative(events)
  const n = cumulative(requests)
  const terms = new Float64Array(MARGIN_FRACTIONS.length)
  return x.map((bad, t) => {
    const phi = stream.noise.phiAbsolute(share, t)
    MARGIN_FRACTIONS.forEach((g, j) => {
      terms[j] =
        (bad * Math.log(g) - valueAt(n, t) * share * (g - 1)) / phi - Math.log(MARGIN_FRACTIONS.length)
    })
    return logSumExp(terms)
  })
}

/**
 * The smaller of absolute and relative evidence; only the absolute one where all traffic is on the canary and nothing
 * can be compared.
 */
export function bothOf(absolute: Float64Array, relative: Float64Array, plan: RolloutPlan): Float64Array {
  return absolute.map((log, t) => {
    const hasControl = (stepAt(plan, t)?.weight ?? 0) < 100
    return hasControl ? Math.min(log, relative[t] ?? 0) : log
  })
}

/** Binomial likelihood ratios of one arm's rate against a fixed one, with restarts. */
function rateEvidence(
  arm: ArmSlices,
  rate: number,
  alternatives: readonly number[],
  restarts: readonly Restart[],
  phi: (t: number) => number,
): Float64Array {
  const x = running(arm.events)
  const n = running(arm.requests)
  const gains = alternatives.map((p) => ({ bad: Math.log(p / rate), good: Math.log((1 - p) / (1 - rate)) }))
  const equal = Math.log(gains.length)
  const terms = new Float64Array(gains.length * restarts.length + 1)
  return arm.events.map((_, t) => {
    const dispersion = phi(t)
    let waiting = 1
    let count = 0
    for (const restart of restarts) {
      if (restart.from > t) break
      waiting -= restart.weight
      const bad = valueAt(x, t + 1) - valueAt(x, restart.from)
      const good = valueAt(n, t + 1) - valueAt(n, restart.from) - bad
      const logWeight = Math.log(restart.weight) - equal
      for (const gain of gains) terms[count++] = (bad * gain.bad + good * gain.good) / dispersion + logWeight
    }
    if (waiting > 1e-12) terms[count++] = Math.log(waiting)
    return logSumExp(terms, count)
  })
}

function crashRestarts(slices: number): readonly Restart[] {
  const restarts: Restart[] = []
  let from = 0
  while (from < slices) {
    const stride = from < EACH_SLICE_UNTIL ? 1 : LATER_STRIDE
    const next = from + Math.max(stride, Math.floor(from * sparsity(from)))
    restarts.push({ from, weight: 1 / (from + 1) - 1 / (next + 1) })
    from = next
  }
  return restarts
}

/** Entry t + 1 includes slice t. */
function running(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1)
  values.forEach((value, t) => {
    sums[t + 1] = valueAt(sums, t) + value
  })
  return sums
}
