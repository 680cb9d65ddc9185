import { effects, type Effect } from '../src/simulate/effect.ts'
import { noises, type Noise } from '../src/simulate/noise.ts'

export interface Scenario {
  readonly noise: Noise
  readonly effect: Effect
  readonly traffic: { readonly rps: number; readonly podSd: number }
}

const usual = { rps: 50, podSd: 0 }
const thin = { rps: 1, podSd: 0 }
const healthy = (noise: Noise, traffic = usual): Scenario => ({ noise, effect: effects.none, traffic })
const sick = (effect: Effect, noise: Noise = noises.quiet, traffic = usual): Scenario => ({
  noise,
  effect,
  traffic,
})

/** The rollouts of the accuracy benchmark, by name; `rolloutDefaults` has the values that a scenario does not set. */
export const scenarios = {
  quiet: healthy(noises.quiet),
  bursty: healthy(noises.bursty),
  clumped: healthy(noises.clumped),
  diurnal: healthy(noises.diurnal),
  'low-traffic': healthy(noises.quiet, thin),
  outage: healthy(noises.outage),
  'cold-start': healthy(noises['cold-start']),
  'outage-30': healthy(noises['outage-30']),
  'outage-60': healthy(noises['outage-60']),
  'cache-fill': healthy(noises['cache-fill']),
  'errors-x1.5': sick(effects['errors-x1.5']),
  'errors-x2': sick(effects['errors-x2']),
  'errors-x10': sick(effects['errors-x10']),
  'errors-x10-low-traffic': sick(effects['errors-x10'], noises.quiet, thin),
  'errors-x3-bursty': sick(effects['errors-x3'], noises.bursty),
  'errors-x2-clumped': sick(effects['errors-x2'], noises.clumped),
  'errors-x2-late': sick(effects['errors-x2-late']),
  'latency-10': sick(effects['latency-10']),
  'latency-25': sick(effects['latency-25']),
  'latency-x2': sick(effects['latency-x2']),
  crash: sick(effects.crash),
  'bad-pod': sick(effects['bad-pod']),
  leak: sick(effects.leak),
  'conversion-5': sick(effects['conversion-5']),
  'conversion-20': sick(effects['conversion-20']),
} as const satisfies Readonly<Record<string, Scenario>>
