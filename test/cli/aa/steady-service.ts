import { outcomesBySlice } from '../../../src/engine/index.ts'
import type { Policy } from '../../../src/engine/model/policy.ts'
import type { Effect } from '../../../src/simulate/effect.ts'
import type { Noise } from '../../../src/simulate/noise.ts'
import { type Played, playRollout } from '../../../src/simulate/play-rollout.ts'
import { type RolloutOptions, simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { rolloutDefaults } from '../../../src/simulate/simulated-rollout.ts'
import type { SimulatedSeries } from '../../support/simulated-prometheus/simulated-series.ts'
import { createWorld } from '../../support/simulated-world/create-world.ts'

/** A service without rollouts, and the rollouts that it could have. */
export interface SteadyService {
  readonly name: string
  readonly noise: Noise
  readonly pods: number
  readonly rps: number
}

const start = '2026-01-05T00:00:00Z'
const bounds = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 1]

const optionsOf = ({ noise, pods, rps }: SteadyService): Omit<RolloutOptions, 'seed'> => ({
  start,
  noise,
  stablePods: pods,
  traffic: { rps, podSd: 0 },
  service: { ...rolloutDefaults.service, errorRate: 0.01, latencyBounds: bounds },
  metrics: { errors: 'errors', latency: 'p95' },
})

/** Its samples in a namespace with its name, over so many hours. */
export function samplesOf(service: SteadyService, hours: number): readonly SimulatedSeries[] {
  const recording = simulateRollout({
    ...optionsOf(service),
    seed: service.name,
    history: hours * 60,
    plan: [],
  })
  return createWorld({
    recording,
    convention: 'application',
    namespace: service.name,
    seed: service.name,
    scrapeSeconds: 30,
    lead: 1,
    staleMarkers: false,
    decoys: false,
  }).series
}

export interface TruePlan {
  readonly policy: Policy
  readonly weights: readonly number[]
  readonly minutes: number
}

/**
 * One rollout of the service with a canary of its own, played as a controller does. Stable has the pods that the canary
 * does not need, as where no router splits the traffic.
 */
export function playTruth(service: SteadyService, effect: Effect, plan: TruePlan, number: number): Played {
  const { policy, weights, minutes } = plan
  const judge = (lengths: readonly number[]) => {
    const recording = simulateRollout({
      ...optionsOf(service),
      seed: `truth ${service.name} ${number}`,
      stablePods: service.pods - Math.ceil((service.pods * Math.max(...weights)) / 100),
      plan: lengths.map((length, i) => {
        const weight = weights[i] ?? 0
        return { weight, minutes: length, pods: Math.ceil((service.pods * weight) / 100) }
      }),
      effect,
    })
    const steps = (recording.steps ?? []).map((step, i) => ({
      ...step,
      ends: step.slice + minutes,
      next: weights[i + 1] ?? 100,
    }))
    return outcomesBySlice({ ...recording, gates: weights.length, steps }, policy).looks.map(
      ({ judged }) => judged,
    )
  }
  return playRollout(judge, { planned: weights.map(() => minutes), hold: policy.hold.forSeconds / 60 })
}
