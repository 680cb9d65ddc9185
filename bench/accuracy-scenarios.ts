import type { Policy } from '../src/engine/model/policy.ts'
import type { Effect } from '../src/simulate/effect.ts'
import { noises } from '../src/simulate/noise.ts'
import { scenarios, type Scenario } from './scenarios.ts'
import { rolloutDefaults } from '../src/simulate/simulated-rollout.ts'

export type Harm = 'errors' | 'latency' | 'conversion'

export interface AccuracyScenario extends Scenario {
  readonly name: string
  readonly group: 'healthy' | 'harmful' | 'margin'
  /** The harm to users, if there is any. */
  readonly harm?: Harm
  /** The healthy scenario with the same noise and traffic, whose false aborts are part of the price of a rule. */
  readonly control?: string
  /** The weight of the step at whose margin the canary is exactly. */
  readonly marginOf?: number
}

const harms: Readonly<Record<string, Harm>> = {
  'errors-x1.5': 'errors',
  'errors-x2': 'errors',
  'errors-x10': 'errors',
  'errors-x10-low-traffic': 'errors',
  'errors-x3-bursty': 'errors',
  'errors-x2-clumped': 'errors',
  'errors-x2-late': 'errors',
  'latency-10': 'latency',
  'latency-25': 'latency',
  'latency-x2': 'latency',
  crash: 'errors',
  'bad-pod': 'errors',
  leak: 'latency',
  'conversion-5': 'conversion',
  'conversion-20': 'conversion',
}

/** The rollouts of the benchmark in docs/statistics.md, and one for each step and metric with the canary at the margin. */
export function accuracyScenarios(policy: Policy): readonly AccuracyScenario[] {
  const named = Object.entries(scenarios).map(([name, scenario]): AccuracyScenario => {
    const harm = harms[name]
    if (harm === undefined) return { ...scenario, name, group: 'healthy' }
    return { ...scenario, name, group: 'harmful', harm, control: controlOf(scenario) }
  })
  return [...named, ...marginScenarios(policy)]
}

function controlOf({ noise, traffic }: Scenario): string {
  const alike = Object.entries(scenarios).find(
    ([name, other]) => harms[name] === undefined && other.noise === noise && other.traffic === traffic,
  )
  if (alike === undefined) throw new Error('expected a healthy scenario for every noise and traffic')
  return alike[0]
}

function marginScenarios(policy: Policy): readonly AccuracyScenario[] {
  const { plan, traffic } = rolloutDefaults
  return plan.flatMap((step, index) => {
    const next = plan[index + 1]?.weight ?? 100
    const widening = policy.riskProportional ? Math.min(100 / next, 4) : 1
    return atMargin(policy, widening).map(({ harm, effect }) => ({
      name: `margin-${harm}-at-${step.weight}`,
      group: 'margin' as const,
      harm,
      marginOf: step.weight,
      noise: noises.quiet,
      effect,
      traffic,
    }))
  })
}

interface AtMargin {
  readonly harm: Harm
  readonly effect: Effect
}

/** The policy's margins, widened as docs/statistics.md says for the share of users that the next step reaches. */
function atMargin(policy: Policy, widening: number): readonly AtMargin[] {
  return policy.metrics.flatMap((metric): readonly AtMargin[] => {
    switch (metric.kind) {
      case 'errors':
        return [{ harm: 'errors', effect: { errors: 1 + (metric.margin - 1) * widening } }]
      case 'latency':
        return [{ harm: 'latency', effect: { latency: 1 + (metric.margin - 1) * widening } }]
      case 'conversion':
        return [
          {
            harm: 'conversion' as const,
            effect: { conversion: 1 - Math.min(0.5, metric.margin * widening) },
          },
        ]
      case 'gauge':
      case 'restarts':
      case 'series':
        return []
      default:
        return metric satisfies never
    }
  })
}
