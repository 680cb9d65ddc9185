import type { ArmSlices, Arms } from '../counts/slices.ts'
import { valueAt } from '../model/value-at.ts'
import { type Autocovariance, clusteredSum } from '../noise/clustered-sum.ts'
import type { Dispersion } from '../noise/dispersion.ts'

/**
 * The canary's events when it has less of what is looked for than in all but so many rollouts: `z` standard
 * deviations below what is expected at each look. `sign`: +1 where more events are harm, −1 where fewer are.
 */
export function unluckyArms(expected: Arms, spread: Float64Array, z: number, sign: 1 | -1): Arms {
  const events = expected.canary.events.slice()
  // an event more or less: the quantile of a count is not symmetric
  const skew = (z * z + 2) / 6
  let [mean, lag, before] = [0, 0, 0]
  for (let t = 0; t < events.length; t += 1) {
    const own = valueAt(expected.canary.events, t)
    mean += own
    const step = z * (valueAt(spread, t) - (t > 0 ? valueAt(spread, t - 1) : 0))
    lag += step
    const count = sign > 0 ? Math.floor(Math.min(mean - lag + skew, mean)) : Math.ceil(mean + lag)
    const now = Math.max(count, before)
    events[t] = now - before
    before = now
  }
  return { canary: { ...expected.canary, events }, stable: expected.stable }
}

/**
 * By slice, the standard deviation of the canary's events beyond those that the other arm suggests, when its true
 * counts are as expected: chance, and the differences between pods.
 */
export function excessSpread({ canary, stable }: Arms, noise: Dispersion): Float64Array {
  const own = canary.events.map((x, t) => x * stableShare(canary, stable, t))
  const other = stable.events.map((x, t) => x * (1 - stableShare(canary, stable, t)))
  const ofStable = podVariance(other, stable, noise)
  const pods = podVariance(own, canary, noise).map((v, t) => v + valueAt(ofStable, t))
  const factor = noise.kind === 'pods' ? 1 - noise.share + noise.clump : noise.factor
  let chance = 0
  return own.map((x, t) => {
    const share = stableShare(canary, stable, t)
    chance += (x * share + valueAt(other, t) * (1 - share)) * factor
    // as a number of the canary's own events
    return share > 0 ? Math.sqrt(chance + valueAt(pods, t)) / share : 0
  })
}

function stableShare(canary: ArmSlices, stable: ArmSlices, t: number): number {
  const [nc, ns] = [valueAt(canary.requests, t), valueAt(stable.requests, t)]
  return nc > 0 && ns > 0 ? ns / (nc + ns) : 0
}

/** Clumps are a part of chance: their share of what is gone a slice later is left out here. */
function podVariance(values: Float64Array, arm: ArmSlices, noise: Dispersion): Float64Array {
  if (noise.kind !== 'pods') return new Float64Array(values.length)
  const [now, next, ...later] = noise.autocovariance
  const own: Autocovariance = [noise.clump > 0 ? next : now, next, ...later]
  return clusteredSum(values, arm.shares, own, [0])[0] ?? new Float64Array(values.length)
}
