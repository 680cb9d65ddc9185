/**
 * A thread with a Prometheus that has a service of a hundred pods, and answers a query a second time from memory. Each
 * message sets its clock, in milliseconds.
 */
import { parentPort } from 'node:worker_threads'
import { startRememberingProxy } from '../../../bench/speed/remembering-proxy.ts'
import { createSubject } from '../../../bench/speed/speed-looks.ts'
import type { Identity } from '../simulated-world/identity.ts'
import { startSimulatedPrometheus } from './start-simulated-prometheus.ts'

export interface FleetPrometheus {
  readonly url: string
  readonly identity: Identity
  /** When the canary started, in milliseconds. */
  readonly canaryStart: number
}

let now = 0
parentPort?.on('message', (ms: number) => (now = ms))
const { world } = createSubject(100)
const { identity, expected, series } = world
const { url: target } = await startSimulatedPrometheus({ clock: { now: () => now }, series })
const { url } = await startRememberingProxy(target, () => now / 1000)
const canaryStart = Date.parse(expected.start) + expected.rolloutStart * 60_000
parentPort?.postMessage({ url, identity, canaryStart } satisfies FleetPrometheus)
