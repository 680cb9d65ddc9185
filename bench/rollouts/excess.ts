import type { Effect } from '../../src/simulate/effect.ts'
import { rolloutDefaults } from '../../src/simulate/simulated-rollout.ts'
import { normalSf } from '../../src/engine/stats/normal-sf.ts'
import { type RolloutCell, rolloutEffects } from './cells.ts'
import { plans } from './plans.ts'
import type { Played } from '../../src/simulate/play-rollout.ts'
import { canaryPods } from './rollout.ts'

/** A person who is asked needs this long, and then decides rightly. */
const minutesToDecide = 15
/** All users have a wrongly promoted canary for this long. */
const minutesAfter = 60
/** Stable's p95 as a normal score; a slower request is a bad outcome. */
const SLOW_SCORE = 1.6448536269514722

/** Expected number of users with a worse outcome than on stable, including the hour after a promotion. */
export function expectedExcess(cell: RolloutCell, { end, lengths }: Played): number {
  const { weights } = plans[cell.plan]
  const effect = rolloutEffects[cell.effect]
  const served = cell.rps * 60
  let minute = 0
  let excess = 0
  const live = (minutes: number, weight: number): void => {
    const pods = canaryPods(cell.pods, weight)
    for (let i = 0; i < minutes; i++) {
      excess += served * (weight / 100) * harmShare(effect, cell.base, pods, minute)
      minute++
    }
  }
  for (const [i, length] of lengths.entries()) live(length, weights[i] ?? 0)
  if (end === 'asked') live(minutesToDecide, weights[lengths.length - 1] ?? 0)
  if (end === 'promoted') live(minutesAfter, 100)
  return excess
}

/** Share of the canary's requests with a bad outcome that stable would not give: failed, slow, or without an order. */
function harmShare(effect: Effect, base: number, pods: number, minute: number): number {
  const { checkoutShare, conversionRate, latencySigma } = rolloutDefaults.service
  const { crash, badPods, leak } = effect
  const begun = minute >= (effect.fromMinute ?? 0)
  const leaking = leak !== undefined && minute >= leak.errorsFromMinute ? leak.errors : 1
  const times = (begun ? (effect.errors ?? 1) : 1) * leaking
  const ill = badPods === undefined ? 0 : Math.min(badPods.pods, pods) / pods
  const crashing = crash !== undefined && minute >= crash.fromMinute ? crash.failing * (1 - base) : 0
  const failed = base * (times - 1) + base * ((badPods?.errors ?? 1) - 1) * ill + crashing
  const slower = (begun ? (effect.latency ?? 1) : 1) * (1 + (leak?.latencyPerMinute ?? 0) * minute)
  const slow = normalSf(SLOW_SCORE - Math.log(slower) / latencySigma) - normalSf(SLOW_SCORE)
  const lost = begun ? checkoutShare * conversionRate * (1 - (effect.conversion ?? 1)) : 0
  return failed + slow + lost
}
