/** What the latest traffic looks like, and how far the evidence has come. */
export interface PlanningInput {
  /** The canary's share of the requests of both arms. */
  readonly share: number
  /** Bad events of both arms a minute. */
  readonly eventsPerMinute: number
  /** The ratio that is assumed to be true, and the one to refute. */
  readonly theta: number
  readonly theta0: number
  /** ln of the evidence that is still missing. */
  readonly wanting: number
  /** φ = fixed + perInformation · V. */
  readonly fixed: number
  readonly perInformation: number
  /** Score information gathered so far. */
  readonly gathered: number
}

/** z of 80 % power. */
const POWER = 0.8416212335729143

/**
 * Minutes of such traffic until the evidence suffices with 80 % power. Undefined without events; Infinity when the
 * noise between pods is too large to ever show it.
 */
export function minutesNeeded(input: PlanningInput): number | undefined {
  const { share, eventsPerMinute, theta, theta0, wanting } = input
  if (wanting <= 0) return 0
  if (!(eventsPerMinute > 0) || !(share > 0 && share < 1)) return undefined
  const pi = oddsShare(share, theta)
  const pi0 = oddsShare(share, theta0)
  const gainCanary = Math.log(pi / pi0)
  const gainStable = Math.log((1 - pi) / (1 - pi0))
  const kl = pi * gainCanary + (1 - pi) * gainStable
  const variance = pi * (1 - pi) * (gainCanary - gainStable) ** 2
  // this split of the traffic cannot distinguish the two ratios
  if (!(kl > 0)) return Infinity
  const root = (POWER * Math.sqrt(variance) + Math.sqrt(POWER ** 2 * variance + 4 * kl * wanting)) / (2 * kl)
  const independent = root ** 2
  const informationPerEvent = share * (1 - share)
  const saturation = input.perInformation * informationPerEvent * independent
  if (saturation >= 1) return Infinity
  const events = (independent * (input.fixed + input.perInformation * input.gathered)) / (1 - saturation)
  const minutes = events / eventsPerMinute
  return Number.isNaN(minutes) ? undefined : minutes
}

function oddsShare(share: number, ratio: number): number {
  return (share * ratio) / (share * ratio + 1 - share)
}
