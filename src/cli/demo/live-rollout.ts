import type { Recording } from '../../engine/model/recording.ts'
import { type Effect, effects } from '../../simulate/effect.ts'
import { simulateRollout } from '../../simulate/simulate-rollout.ts'
import { rolloutDefaults } from '../../simulate/simulated-rollout.ts'

export interface DemoService {
  /** What is wrong with its canaries. */
  readonly story: string
  readonly effect: Effect
  /** Requests a second in both arms together. */
  readonly rps: number
  /** The policy, if it is not the default one. */
  readonly policy?: string
}

export const demoServices: Readonly<Record<string, DemoService>> = {
  healthy: { story: 'a healthy canary', effect: effects.none, rps: 300 },
  'errors-x1.5': {
    story: 'errors rise from 0.5 % to 0.75 %, which a threshold of 1 % does not see',
    effect: effects['errors-x1.5'],
    rps: 300,
  },
  'latency-25': {
    story: 'every quantile of latency is 25 % slower',
    effect: effects['latency-25'],
    rps: 300,
  },
  'conversion-20': {
    story: 'a fifth fewer orders, with errors and latency as they were',
    effect: effects['conversion-20'],
    rps: 300,
  },
  'low-traffic': { story: 'healthy, with one request in two seconds', effect: effects.none, rps: 0.5 },
  'by-hand': {
    story: 'healthy, and its policy wants a person to approve each step',
    effect: effects.none,
    rps: 300,
    policy: 'by-hand',
  },
}

/** The services that each controller releases, one after the other. */
export const demoControllers: readonly (readonly [string, ...string[]])[] = [
  ['healthy', 'conversion-20'],
  ['errors-x1.5', 'by-hand'],
  ['latency-25', 'low-traffic'],
]

/** A rollout in progress: what its controller has done so far. */
export interface LiveRollout {
  readonly name: string
  readonly canary: string
  readonly stable: string
  /** When each step began, in milliseconds; the last one is in progress. */
  readonly begun: readonly [first: number, ...later: readonly number[]]
  /** Since when there is no canary, and why. */
  readonly ended?: { readonly at: number; readonly how: 'promoted' | 'aborted' | 'given up' }
}

export const ladder = rolloutDefaults.plan
export const minuteMs = 60_000
/** How much of a step is simulated in advance. */
const aheadMs = 120 * minuteMs

/** All data of the rollout, and what would follow if nothing changed. Past data are the same in every call. */
export function liveRecording({ name, canary, begun, ended }: LiveRollout): Recording {
  const { effect = {}, rps = 1 } = demoServices[name] ?? {}
  const { history } = rolloutDefaults
  const plan = ladder.slice(0, begun.length).map((step, index) => {
    const from = begun[index] ?? 0
    const until = begun[index + 1] ?? ended?.at ?? from + aheadMs
    return { ...step, minutes: (until - from) / minuteMs }
  })
  return simulateRollout({
    ...rolloutDefaults,
    seed: `demo ${name} ${canary}`,
    start: new Date(begun[0] - history * minuteMs).toISOString(),
    plan,
    effect,
    traffic: { rps, podSd: 0 },
  })
}
