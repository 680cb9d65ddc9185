import {
  describedService,
  minutesAtWeight,
  type PlannedService,
  outcomesBySlice,
  canaryPodsAt,
  planRollout,
  type Stages,
} from '../../src/engine/index.ts'
import { parsePolicy } from '../../src/formats/policy/parse-policy.ts'
import type { Effect } from '../../src/simulate/effect.ts'
import { noises, plannedNoise } from '../../src/simulate/noise.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { rolloutDefaults } from '../../src/simulate/simulated-rollout.ts'

/** A service, a rollout, and the kind of harm that is to be found in it. */
export interface Cell extends Stages {
  readonly kind: 'errors' | 'latency' | 'conversion'
  readonly rps: number
  readonly errorRate: number
  readonly pods: number
  readonly noise: keyof typeof noises
}

const { policy } = parsePolicy(
  JSON.stringify({
    name: 'promises',
    metrics: [
      { name: 'errors', kind: 'errors' },
      { name: 'latency', kind: 'latency', quantile: 0.95 },
      { name: 'conversion', kind: 'conversion' },
    ],
  }),
  'promises',
)

const { service } = rolloutDefaults
/** The p95 of the simulated service. */
const p95Seconds = service.latencyMedian * Math.exp(1.6449 * service.latencySigma)

/** The smallest effect that the plan promises to show by the end of each step. */
export function promised(cell: Cell): readonly (number | undefined)[] {
  const forecast = planRollout(described(cell), policy, cell).find(({ kind }) => kind === cell.kind)
  return forecast?.steps.map(({ shown }) => shown) ?? []
}

/** The minutes that a step at the first weight needs, as the plan promises. */
export const promisedMinutes = (cell: Cell, effect: number): number | undefined =>
  minutesAtWeight(described(cell), policy, cell.weights[0] ?? 0, { metric: cell.kind, effect })

function described(cell: Cell): PlannedService {
  const { conversionRate } = service
  return describedService(
    { ...cell, p95Seconds, conversionRate, ...plannedNoise(noises[cell.noise]) },
    policy,
  )
}

/** The share of simulated rollouts with this effect that have failed by the end of a step. */
export function simulatedPower(cell: Cell, step: number, effect: number, rollouts: number): number {
  const { weights, minutes, kind, pods } = cell
  let failed = 0
  for (let number = 0; number < rollouts; number += 1) {
    const recording = simulateRollout({
      seed: `promise ${number}`,
      stablePods: pods,
      plan: weights
        .slice(0, step + 1)
        .map((weight, i) => ({ weight, minutes: minutes[i] ?? 1, pods: canaryPodsAt(pods, weight) })),
      traffic: { rps: cell.rps, podSd: 0 },
      service: { ...service, errorRate: cell.errorRate, checkoutShare: 1 },
      noise: noises[cell.noise],
      effect: effectOf(kind, effect),
      // the other metrics are silent, as those of a healthy canary nearly are
      metrics: { [kind]: kind },
    })
    const { firstFail } = outcomesBySlice({ ...recording, gates: weights.length }, policy)
    if (firstFail !== undefined) failed += 1
  }
  return failed / rollouts
}

const effectOf = (kind: Cell['kind'], effect: number): Effect =>
  kind === 'conversion' ? { conversion: 1 / effect } : { [kind]: effect }

/** The effect that simulation finds in 80 % of rollouts, between a third and three times the promise. */
export function simulatedEffect(cell: Cell, step: number, promise: number, rollouts: number): number {
  let [low, high] = [1 / 3, 3]
  for (let i = 0; i < 6; i += 1) {
    const middle = Math.sqrt(low * high)
    if (simulatedPower(cell, step, 1 + (promise - 1) * middle, rollouts) >= 0.8) high = middle
    else low = middle
  }
  return 1 + (promise - 1) * Math.sqrt(low * high)
}
