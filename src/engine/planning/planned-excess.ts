import { components, failThreshold, gateFailLevel, gateWeights } from '../decision/error-budget.ts'
import { memoized } from '../model/memoized.ts'
import type { MetricPolicy, Policy } from '../model/policy.ts'
import { gateAt, stepAt } from '../model/rollout-plan.ts'
import { valueAt } from '../model/value-at.ts'
import { logAddExp } from '../stats/log-add-exp.ts'
import { logSumExp } from '../stats/log-sum-exp.ts'
import { type MetricShares, metricShares } from './metric-shares.ts'
import { plannedCrash, plannedEvidence } from './planned-metric.ts'
import type { PlannedService } from './planned-service.ts'
import { plannedTraffic, type Stages } from './planned-traffic.ts'

/** One metric along a planned rollout. */
export interface PlannedMetric {
  readonly policy: Policy
  readonly metric: MetricPolicy
  readonly shares: MetricShares
}

/** How far the evidence of an effect goes in an unlucky rollout, slice by slice. */
export interface Excess {
  /** Beyond what fails the rollout, in ln, at the best look so far. */
  readonly shown: Float64Array
  /** ln of the odds for harm. */
  readonly doubt: Float64Array
}

/** The metrics of the policy that the service has and that can be planned. */
export function plannedMetrics(
  service: PlannedService,
  policy: Policy,
  stages: Stages,
): readonly PlannedMetric[] {
  const { requestsPerMinute, pods } = service
  const traffic = memoized((warmupMinutes) =>
    plannedTraffic({
      stages,
      requestsPerMinute,
      pods: Math.max(pods, 1),
      warmupMinutes,
      knowsPods: pods > 0,
    }),
  )
  return policy.metrics.flatMap((metric) => {
    const of = metric.watch ? undefined : service.metrics.find(({ name }) => name === metric.name)
    const shares = of && metricShares(metric, of, traffic, policy.warmupSeconds / 60)
    return shares === undefined ? [] : [{ policy, metric, shares }]
  })
}

/** `endsAnywhere`: every look is a gate, as if the step ended there. */
export function excessOf(
  { policy, metric, shares }: PlannedMetric,
  effect: number,
  endsAnywhere = false,
): Excess {
  const { plan } = shares.main.planned.traffic
  const evidence = new Map(
    [...new Set([...shares.spread, shares.main])].map((one) => [
      one,
      plannedEvidence(one.planned, one.canaryShare(effect)),
    ]),
  )
  const spread = shares.spread.flatMap((one) => evidence.get(one) ?? [])
  const judged = { policy, plan }
  const weights = components(policy, [], plan.slices).filter((one) => one.metric === metric.name)
  const weightOf = (rule: string): number => Math.log(weights.find((one) => one.rule === rule)?.weight ?? 0)
  const crash = crashPath(shares, metric, effect)
  const level = gateWeights(policy).get(metric.name) ?? 0
  const harm = meanOf(spread.map((one) => one.harm))
  let best = -Infinity
  const shown = harm.map((log, t) => {
    const own = weightOf('worse') + log
    const all = crash === undefined ? own : logAddExp(own, weightOf('crash') + valueAt(crash, t))
    best = Math.max(best, all - failThreshold(judged))
    const gate = endsAnywhere ? stepAt(plan, t) : gateAt(plan, t)
    const p = gate && evidence.get(shares.main)?.harmP(t)
    if (gate !== undefined && p !== undefined)
      best = Math.max(best, Math.log(gateFailLevel(judged, gate) * level) - Math.log(Math.max(p, LEAST_P)))
    return best
  })
  return { shown, doubt: meanOf(spread.map((one) => one.doubt)) }
}

const LEAST_P = 1e-300

/** The minute by which an effect is shown; undefined where it is not. */
export function shownAfter(planned: PlannedMetric, effect: number, endsAnywhere = false): number | undefined {
  const at = excessOf(planned, effect, endsAnywhere).shown.findIndex((excess) => excess >= 0)
  return at < 0 ? undefined : (at + 1) * planned.shares.main.planned.traffic.sliceMinutes
}

/** Below this share of failures there is no crash. */
const CRASH = 0.12

function crashPath({ main }: MetricShares, { kind }: MetricPolicy, effect: number): Float64Array | undefined {
  const share = main.canaryShare(effect)
  return kind === 'errors' && share > CRASH ? plannedCrash(main.planned, share) : undefined
}

function meanOf(paths: readonly Float64Array[]): Float64Array {
  const [first = new Float64Array(0)] = paths
  return first.map((_, t) => logSumExp(paths.map((path) => valueAt(path, t))) - Math.log(paths.length))
}
