import { createControllerLog } from '../controller-log.ts'
import type { LogEntry } from '../controller-log.ts'
import type { Call } from '../call.ts'
import { readCanary, readMetricTemplate } from './manifests.ts'
import { checkMetric } from './metrics.ts'
import { createMessenger } from './messenger.ts'
import { createFlaggerState } from './state.ts'
import type { Phase } from './state.ts'
import { flaggerTick } from './tick.ts'
import type { Readiness, TickDeps } from './tick-deps.ts'
import type { Manifest } from '../manifests.ts'
import type { ControllerClock } from '../simulated-clock.ts'

export interface FlaggerOptions {
  /** The objects from `readManifests`, with the Canary. */
  readonly manifests: readonly Manifest[]
  readonly call: Call
  readonly clock: ControllerClock
  /** Called when the router takes a new weight of the canary: 0 at the rollback and after the promotion. */
  readonly onWeight: (weight: number) => void | Promise<void>
  /** The name of the Canary, when the manifests have several. */
  readonly canary?: string
  /** The revision that is running; `revision` is the one that is deployed at the start. */
  readonly stable?: string
  readonly revision?: string
  /** The values of the Secrets in the namespace, by `name/key`. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Whether the pods of a workload are ready; a tick that finds them not ready does nothing. */
  readonly ready?: Readiness
  /** Called after each tick. */
  readonly onTick?: (flagger: Flagger) => void | Promise<void>
  /** `run` ends after this many ticks even if Flagger would wait for ever. */
  readonly maxTicks?: number
}

export interface FlaggerStatus {
  readonly phase: Phase
  readonly weight: number
  readonly failedChecks: number
}

export interface Flagger {
  readonly status: FlaggerStatus
  readonly log: readonly LogEntry[]
  /** Texts sent to chat; hooks with muteAlert send none. */
  readonly alerts: readonly string[]
  /** Changes the spec of the target; Flagger notices at its next tick. */
  deploy(revision: string): void
  /** Runs one tick at once, without waiting for the interval. */
  tick(): Promise<void>
  /** Ticks every interval until the rollout has ended. */
  run(): Promise<FlaggerResult>
}

export interface FlaggerResult extends FlaggerStatus {
  readonly log: readonly LogEntry[]
  readonly alerts: readonly string[]
}

/** Rolls one revision out as Flagger does, tick by tick, until it is promoted or rolled back. */
export const runFlaggerCanary = (options: FlaggerOptions): Promise<FlaggerResult> =>
  createFlagger(options).run()

/** A Flagger that watches one initialised Canary. */
export function createFlagger(options: FlaggerOptions): Flagger {
  const { clock, stable = 'v1', revision = 'v2', ready = () => true } = options
  const canary = readCanary(options.manifests, options.canary)
  const log = createControllerLog(clock)
  const alerts: string[] = []
  const state = createFlaggerState({ ...options, log, stable, revision })
  const messenger = createMessenger(canary, { ...options, log })
  const { name, namespace } = canary.metadata
  const target = canary.spec.targetRef.name
  const subject = { name, namespace, target, service: canary.spec.service.name ?? target }
  const failedMetric = async (): Promise<string | undefined> => {
    for (const metric of canary.spec.analysis.metrics) {
      const template = readMetricTemplate(options.manifests, metric.templateRef.name)
      const failed = await checkMetric(metric, template, subject, { ...options, log })
      if (failed !== undefined) return failed
    }
    return undefined
  }
  const alert = (text: string): void => void alerts.push(text)
  const deps: TickDeps = { canary, state, messenger, ready, alert, failedMetric }
  const flagger: Flagger = {
    get status() {
      return {
        phase: state.status().phase,
        weight: state.weight(),
        failedChecks: state.status().failedChecks,
      }
    },
    log: log.entries,
    alerts,
    deploy: (to) => state.deploy(to),
    tick: () => flaggerTick(deps),
    run: async () => {
      await tickUntilEnded(flagger, deps, options)
      return { ...flagger.status, log: log.entries, alerts }
    },
  }
  return flagger
}

/** Runs the first tick at once, then one in each interval. */
async function tickUntilEnded(
  flagger: Flagger,
  { canary, state }: TickDeps,
  { clock, onTick, maxTicks = 500 }: FlaggerOptions,
): Promise<void> {
  let due = clock.now()
  for (let ticks = 1; ; ticks += 1) {
    await flagger.tick()
    await onTick?.(flagger)
    const { phase } = flagger.status
    const ended = (phase === 'Succeeded' || phase === 'Failed') && !state.isNew(state.status())
    if (ended || ticks >= maxTicks) return
    due = nextDue(due, canary.spec.analysis.interval, clock.now())
    await clock.wait(Math.max(0, due - clock.now()))
  }
}

/** Go's ticker keeps one tick for a reader that is late, and drops the others. */
function nextDue(due: number, interval: number, now: number): number {
  const late = Math.floor((now - due) / interval)
  return due + interval * Math.max(1, late)
}
