import { stepAt } from '../model/rollout-plan.ts'
import { valueAt } from '../model/value-at.ts'
import type { PodCounts } from './pod-counts.ts'
import { canaryReadiness, type SliceWindow } from './slices.ts'

/** Where no more requests than this are expected, it may be chance that none comes. */
const FEW = 3

/**
 * By slice, 1 where a canary pod past its warm-up was there. With little traffic time counts even without requests.
 * Where the canary should have had requests and has none, time does not count: its traffic may go elsewhere.
 */
export function canaryTime(pods: readonly PodCounts[], window: SliceWindow): Float64Array {
  const { start, plan } = window
  const time = new Float64Array(plan.slices)
  const canary = pods.filter(({ arm }) => arm === 'canary')
  const stable = pods.filter(({ arm }) => arm === 'stable')
  const ready = canary.map((pod) => canaryReadiness(pod, pods, window))
  let [served, expected] = [0, 0]
  for (let t = 0; t < plan.slices; t++) {
    const k = start + t
    const weight = Math.min(stepAt(plan, t)?.weight ?? 100, 99)
    served += requestsAt(canary, k)
    // where the weight is not known, only slices with requests of the canary count
    expected += weight > 0 ? (requestsAt(stable, k) * weight) / (100 - weight) : FEW
    const isThere = canary.some(({ sampled }, j) => sampled[k] === 1 && ready[j]?.(t) === true)
    if (isThere && (served > 0 || expected < FEW)) time[t] = 1
  }
  return time
}

function requestsAt(pods: readonly PodCounts[], k: number): number {
  return pods.reduce((sum, { requests }) => sum + valueAt(requests, k), 0)
}
