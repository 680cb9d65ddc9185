import { describedService, effectText, planRollout } from '../../engine/index.ts'
import { parsePolicy } from '../../formats/policy/parse-policy.ts'
import type { LeastErrors } from '../../lint/model/rule.ts'
import { noises } from '../../simulate/noise.ts'

/** Forecasts as `plan` does with its defaults, for the traffic that the flags give. */
export function leastErrorsAt(rps: number, errorRate: number): LeastErrors {
  const metrics = [
    { name: 'errors', kind: 'errors' },
    { name: 'p95', kind: 'latency', quantile: 0.95 },
  ]
  const { policy } = parsePolicy(JSON.stringify({ name: 'lint', metrics }))
  const numbers = { rps, errorRate: errorRate / 100, p95Seconds: 0.25, conversionRate: 0.2, pods: 10 }
  const service = describedService({ ...numbers, spread: noises.quiet }, policy)
  return (weights, minutes) => {
    const errors = planRollout(service, policy, { weights, minutes }).find(({ kind }) => kind === 'errors')
    const times = errors?.steps.at(-1)?.shown
    return times === undefined ? undefined : { times, text: effectText('errors', times) }
  }
}
