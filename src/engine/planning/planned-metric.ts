import { crashEvidence } from '../evidence/absolute.ts'
import { countNumbers } from '../evidence/count-numbers.ts'
import { constantNull, halfAndHalf } from '../evidence/count-tests.ts'
import type { CountSeries } from '../evidence/count-series.ts'
import { harmEvidence } from '../evidence/likelihood-ratio.ts'
import { gateMayFail } from '../evidence/notes.ts'
import { scoreTest } from '../evidence/score-test.ts'
import { type Arms, swapArms } from '../counts/slices.ts'
import { valueAt } from '../model/value-at.ts'
import { capFactor } from '../noise/bursts.ts'
import type { Dispersion } from '../noise/dispersion.ts'
import { learnNoise } from '../noise/noise.ts'
import { excessSpread, unluckyArms } from './unlucky.ts'
import type { MetricNoise } from './planned-service.ts'
import type { PlannedTraffic } from './planned-traffic.ts'

/** One share of requests of a planned rollout: those that fail, that convert, or that are slower than a bound. */
export interface PlannedShare {
  readonly traffic: PlannedTraffic
  /** The share of the requests that the metric counts. */
  readonly counted: number
  /** Stable's share of events. */
  readonly share: number
  readonly noise: MetricNoise
  readonly lessIsWorse: boolean
  readonly tau: number
  /** The smallest cap of a pod's events, in multiples of what is expected; absent where counts are never capped. */
  readonly leastCap?: number
  readonly mde: number
  /** The ratio to refute for a fail, and the one from which signs of harm begin; above 1. */
  readonly tolerance: number
  readonly doubtFrom: number
}

/** The evidence of a share along a rollout whose canary has `canaryShare` of events, in an unlucky rollout. */
export interface PlannedEvidence {
  /** ln e of harm by slice. */
  readonly harm: Float64Array
  /** ln of the odds for harm by slice. */
  readonly doubt: Float64Array
  /** The p-value of harm at a gate; undefined where gates do not fail. */
  harmP(t: number): number | undefined
}

/** z of 80 % power at one look, at a gate that earlier looks may spare, and where each look may be the one. */
const Z = { look: 0.84, gate: 0.72, path: 0.45 } as const

export function plannedEvidence(planned: PlannedShare, canaryShare: number): PlannedEvidence {
  const { plan } = planned.traffic
  const streams = streamsOf(planned, expectedArms(planned, canaryShare))
  const [whole, capped] = streams
  const gate = scoreTest((capped ?? whole)(Z.gate), constantNull(plan.slices, planned.tolerance))
  const mayFail = gateMayFail(whole(0).dispersion, true)
  const mean = (z: number, theta0: number): Float64Array => {
    const null0 = constantNull(plan.slices, theta0)
    const harm = (series: Unlucky): Float64Array => harmEvidence(series(z), null0, planned.mde, plan.restarts)
    return capped === undefined ? harm(whole) : halfAndHalf(harm(whole), harm(capped))
  }
  return {
    harm: mean(Z.path, planned.tolerance),
    doubt: mean(Z.look, planned.doubtFrom),
    harmP: (t) => (mayFail ? gate.harmP(t) : undefined),
  }
}

/** ln e by slice that the canary crashes: a rule of its own, for the canary's own share of failures. */
export function plannedCrash(planned: PlannedShare, canaryShare: number): Float64Array {
  const [whole] = streamsOf(planned, expectedArms(planned, canaryShare))
  const series = whole(Z.path)
  return crashEvidence(series.arms, planned.traffic.plan, series, planned.mde)
}

/** The largest ratio that is not ruled out after a slice, where the canary is like stable; above 1 is harm. */
export function notRuledOut(planned: PlannedShare): (t: number) => number | undefined {
  const [whole] = streamsOf(planned, expectedArms(planned, planned.share))
  const series = whole(-Z.look)
  return (t) => countNumbers(series, t).ratio?.high
}

function expectedArms({ traffic, counted, share }: PlannedShare, canaryShare: number): Arms {
  const arm = (of: PlannedTraffic['canary'], rate: number): Arms['canary'] => {
    const requests = of.requests.map((n) => n * counted)
    const podRequests = of.podRequests.map((row) => row.map((n) => n * counted))
    return { ...of, requests, podRequests, events: requests.map((n) => n * rate) }
  }
  return { canary: arm(traffic.canary, canaryShare), stable: arm(traffic.stable, share) }
}

/** The counts of a rollout that is so many standard deviations less lucky than is expected. */
type Unlucky = (z: number) => CountSeries

/** Counts as they are, and with bursts capped where the engine caps them. */
function streamsOf(planned: PlannedShare, expected: Arms): readonly [Unlucky] | readonly [Unlucky, Unlucky] {
  const { noise, traffic } = planned
  const whole = unlucky(planned, loneCapped(planned, expected), noise.plain)
  const capped = noise.capped?.({ arms: expected, plan: traffic.plan })
  return capped === undefined ? [whole] : [whole, unlucky(planned, expected, capped.dispersion, capped.scale)]
}

/** One to three pods do not show bursts, so their counts are capped by what is expected of them. */
function loneCapped({ noise: { plain }, leastCap, share }: PlannedShare, expected: Arms): Arms {
  if (leastCap === undefined || plain.kind !== 'arm' || plain.pods === 0) return expected
  const { canary } = expected
  const [ofPod = canary.requests] = canary.podRequests
  const events = canary.events.map((x, t) => {
    const mu = valueAt(ofPod, t) * share
    return mu > 0 ? Math.min(x, capFactor([mu], (1 + leastCap) / 2) * valueAt(canary.requests, t) * share) : x
  })
  return { ...expected, canary: { ...canary, events } }
}

function unlucky(
  { lessIsWorse, tau, traffic: { plan } }: PlannedShare,
  expected: Arms,
  dispersion: Dispersion,
  scale?: Float64Array,
): Unlucky {
  const facingOf = (arms: Arms): Arms => (lessIsWorse ? swapArms(arms) : arms)
  const noise = learnNoise({
    arms: expected,
    facing: facingOf(expected),
    lessIsWorse,
    dispersion,
    tau,
    restarts: plan.restarts,
    ...(scale && { scale }),
  })
  const spread = excessSpread(expected, dispersion)
  return (z) => {
    const arms = unluckyArms(expected, spread, z, lessIsWorse ? -1 : 1)
    return { arms, facing: facingOf(arms), dispersion, noise }
  }
}
