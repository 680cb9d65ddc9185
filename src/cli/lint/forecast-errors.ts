import { describedService, effectText, planRollout } from '../../engine/index.ts'
import type { LeastErrors } from '../../lint/model/rule.ts'
import { noises } from '../../simulate/noise.ts'
import { usualPolicy } from '../plan/planned-part.ts'

export interface ErrorForecast {
  readonly leastErrors: LeastErrors
  /** The policies that rollouts name and that could not be used. */
  readonly unknownPolicies: ReadonlySet<string>
}

/** Forecasts as `plan` does with its defaults, for the traffic that the flags give and the policies of the rollouts. */
export function forecastErrors(rps: number, errorRate: number): ErrorForecast {
  const numbers = { rps, errorRate: errorRate / 100, p95Seconds: 0.25, conversionRate: 0.2, pods: 10 }
  const unknownPolicies = new Set<string>()
  const usual = usualPolicy()
  return {
    unknownPolicies,
    leastErrors(stages, named) {
      if (named !== undefined && named.policy === undefined) unknownPolicies.add(named.name)
      const policy = named?.policy ?? usual
      const service = describedService({ ...numbers, spread: noises.quiet }, policy)
      const shown = planRollout(service, policy, stages)
        .filter(({ kind }) => kind === 'errors')
        .flatMap(({ steps }) => steps.at(-1)?.shown ?? [])
      if (shown.length === 0) return undefined
      const times = Math.min(...shown)
      return { times, text: effectText('errors', times) }
    },
  }
}
