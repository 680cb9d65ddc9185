import type { Effect } from '../../src/simulate/effect.ts'
import {
  type SimulatedPrometheus,
  startSimulatedPrometheus,
} from '../support/simulated-prometheus/start-simulated-prometheus.ts'
import { rolloutDefaults } from '../../src/simulate/simulated-rollout.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import type { SimulatedSeries } from '../support/simulated-prometheus/simulated-series.ts'
import type { ConventionName } from '../support/simulated-world/conventions.ts'
import { createWorld } from '../support/simulated-world/create-world.ts'
import { createIdentity, type Identity } from '../support/simulated-world/identity.ts'
import type { Outage } from '../support/simulated-world/timeline.ts'
import type { SimulatedClock } from '../controllers/simulated-clock.ts'

export interface LiveWorldOptions {
  readonly clock: SimulatedClock
  readonly controller: 'argo' | 'flagger'
  readonly effect?: Effect
  /** Requests a second in both arms together. */
  readonly rps?: number
  /** Adds pods of other workloads; see `createWorld`. */
  readonly decoys?: boolean
  /** False: the router sends no requests to the canary, whatever weight the controller sets. */
  readonly routes?: boolean
  /** The minutes after the start in which Prometheus answers nothing and scrapes nothing. */
  readonly away?: { readonly fromMinute: number; readonly minutes: number }
}

/** A workload with traffic that follows the controller's weight, and a Prometheus that scrapes it. */
export interface LiveWorld {
  readonly url: string
  readonly identity: Identity
  readonly prometheus: SimulatedPrometheus
  setWeight(weight: number): void
  [Symbol.asyncDispose](): Promise<void>
}

/** Half a minute, because weights change between whole minutes. */
const sliceMs = 30_000
const slicesPerMinute = 60_000 / sliceMs
const stablePods = 4
const historyMinutes = 125
/** How long the last weight is simulated ahead. Prometheus shows nothing that is later than the clock. */
const aheadMinutes = 100

/** A weight, and the time from which it holds. */
export interface Phase {
  readonly from: number
  readonly weight: number
}

export async function createLiveWorld(options: LiveWorldOptions): Promise<LiveWorld> {
  const { clock, controller, away } = options
  const start = clock.now()
  const prometheus = await startSimulatedPrometheus({ clock })
  const identity = createIdentity('live', { controller })
  let phases: readonly Phase[] = [{ from: start, weight: 0 }]
  const load = (): void => prometheus.load(liveSeries(phases, start, options))
  load()
  if (away !== undefined) {
    const from = start + away.fromMinute * 60_000
    clock.at(from, () => prometheus.setFault({ kind: 'down' }))
    clock.at(from + away.minutes * 60_000, () => prometheus.setFault(undefined))
  }
  return {
    url: prometheus.url,
    identity,
    prometheus,
    setWeight(weight) {
      // The slices that were scraped already do not change.
      const from = start + Math.ceil((clock.now() - start) / sliceMs) * sliceMs
      phases = [...phases.filter((phase) => phase.from < from), { from, weight }]
      load()
    },
    [Symbol.asyncDispose]: () => prometheus.close(),
  }
}

type Living = Omit<LiveWorldOptions, 'clock'> & {
  readonly convention?: ConventionName
  readonly target?: string
}

/** The series that a Prometheus has when the weight of the canary was set in these phases. */
export function liveSeries(
  phases: readonly Phase[],
  start: number,
  {
    controller,
    effect = {},
    rps = 200,
    routes = true,
    away,
    decoys = true,
    convention = 'istio',
    target = 'web',
  }: Living,
): readonly SimulatedSeries[] {
  const recording = simulateRollout({
    seed: 'live',
    start: new Date(start - historyMinutes * 60_000).toISOString(),
    sliceSeconds: sliceMs / 1000,
    history: historyMinutes * slicesPerMinute,
    plan: phases.map(({ from, weight }, index) => {
      const to = phases[index + 1]?.from ?? from + aheadMinutes * 60_000
      return { weight: routes ? weight : 0, minutes: (to - from) / 60_000, pods: podsAt(weight) }
    }),
    stablePods,
    traffic: { rps, podSd: 0 },
    service: { ...rolloutDefaults.service, latencyBounds: [0.025, 0.05, 0.1, 0.2, 0.25, 0.3, 0.5, 1, 2.5] },
    effect,
  })
  return createWorld({
    recording,
    convention,
    controller,
    target,
    seed: 'live',
    decoys,
    outages: away === undefined ? [] : [outageOf(away)],
  }).series
}

/** As many canary pods as a controller starts: each gets about as much traffic as a stable pod. */
const podsAt = (weight: number): number => Math.ceil((stablePods * weight) / 100)

function outageOf({ fromMinute, minutes }: NonNullable<LiveWorldOptions['away']>): Outage {
  const slice = (historyMinutes + fromMinute) * slicesPerMinute
  return { slice, slices: minutes * slicesPerMinute }
}
