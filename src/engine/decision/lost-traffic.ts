import type { RunEvidence } from './gather.ts'
import { trafficShare } from './traffic-share.ts'

const SURE = Math.log(100)
/** The canary loses traffic where its odds of getting a request are below this part of what the weights promise. */
const LOST = 2 / 3

/**
 * Whether the canary counts far fewer requests than its weight sends it: requests that never end are counted nowhere,
 * and their outcome is unknown. A step without a declared weight promises no share of the traffic.
 */
export function losesTraffic(run: RunEvidence, t: number): boolean {
  const traffic = run.metrics.find((metric) => metric.traffic !== undefined)?.traffic
  const found = traffic && trafficShare(traffic, run.plan, t)
  if (found === undefined || found.evidence < SURE) return false
  return found.share / (1 - found.share) < (LOST * found.expected) / (1 - found.expected)
}
