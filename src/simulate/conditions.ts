import type { Effect } from './effect.ts'
import type { Noise } from './noise.ts'
import { uniform, type Random } from './random.ts'
import type { Arm } from '../engine/model/recording.ts'

/** The conditions of a pod in one slice, as factors of the service's usual level. */
export interface Conditions {
  errors: number
  /** Share of requests that fail independently of the error rate. */
  failing: number
  latency: number
  conversion: number
  memory: number
}

export interface Moment {
  /** Minutes since the rollout's start, at the slice's start; negative in history. */
  readonly minute: number
  /** The same since the pod's first slice. */
  readonly age: number
}

export interface Place {
  readonly arm: Arm
  /** Number of the pod in its arm. */
  readonly index: number
}

/** Makes the random draws for the whole rollout, so that they are the same for all pods. */
export function settle(noise: Noise, random: Random): Noise {
  if (noise.outage === undefined) return noise
  const { earliest, latest } = noise.outage
  const minute = earliest + Math.floor(uniform(random) * (latest - earliest + 1))
  return { ...noise, outage: { ...noise.outage, earliest: minute, latest: minute } }
}

/**
 * Everything that is not random: the environment of both arms, the start of new pods, and the effect of the release.
 */
export function conditionsAt(noise: Noise, effect: Effect, place: Place, moment: Moment): Conditions {
  const conditions: Conditions = { errors: 1, failing: 0, latency: 1, conversion: 1, memory: 1 }
  applyEnvironment(conditions, noise, moment.minute)
  if (place.arm === 'stable') return conditions
  applyYouth(conditions, noise, moment.age)
  applyEffect(conditions, effect, place.index, moment.minute)
  return conditions
}

/** The traffic of both arms together, as a factor of the usual traffic. */
export function trafficAt(noise: Noise, minute: number): number {
  return noise.trend === undefined ? 1 : towards(noise.trend.traffic, minute / noise.trend.minutes)
}

function applyEnvironment(conditions: Conditions, noise: Noise, minute: number): void {
  const { trend, outage, memoryWave } = noise
  conditions.memory *= Math.exp(memoryWave.height * Math.sin(minute / memoryWave.period))
  if (trend !== undefined) {
    conditions.errors *= towards(trend.errors, minute / trend.minutes)
    conditions.latency *= towards(trend.latency, minute / trend.minutes)
  }
  if (outage !== undefined && minute >= outage.earliest && minute < outage.earliest + outage.minutes) {
    conditions.failing = outage.failing
  }
}

function applyYouth(conditions: Conditions, noise: Noise, age: number): void {
  const { coldStart, cacheFill } = noise
  if (coldStart !== undefined) {
    const left = Math.exp(-age / coldStart.fadeMinutes)
    conditions.errors *= 1 + (coldStart.errors - 1) * left
    conditions.latency *= 1 + (coldStart.latency - 1) * left
  }
  if (cacheFill !== undefined)
    conditions.memory *= 1 - cacheFill.missing * Math.max(0, 1 - age / cacheFill.minutes)
}

function applyEffect(conditions: Conditions, effect: Effect, index: number, minute: number): void {
  if (minute >= (effect.fromMinute ?? 0)) {
    conditions.errors *= effect.errors ?? 1
    conditions.latency *= effect.latency ?? 1
    conditions.conversion *= effect.conversion ?? 1
    conditions.memory *= effect.memory ?? 1
  }
  const { crash, badPods, leak } = effect
  if (crash !== undefined && minute >= crash.fromMinute) {
    conditions.failing = 1 - (1 - conditions.failing) * (1 - crash.failing)
  }
  if (badPods !== undefined && index < badPods.pods) {
    conditions.errors *= badPods.errors
    conditions.latency *= badPods.latency
  }
  if (leak !== undefined) {
    conditions.memory *= 1 + leak.memoryPerMinute * minute
    conditions.latency *= 1 + leak.latencyPerMinute * minute
    if (minute >= leak.errorsFromMinute) conditions.errors *= leak.errors
  }
}

function towards(factor: number, share: number): number {
  return 1 + (factor - 1) * Math.min(1, Math.max(0, share))
}
