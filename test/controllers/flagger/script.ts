import type { NoReply, Reply } from '../call.ts'
import { callsOf, toLines } from '../controller-log.ts'
import type { LogEntry } from '../controller-log.ts'
import { createFakeService, status } from '../fake-service.ts'
import { runFlaggerCanary } from './flagger.ts'
import type { FlaggerOptions, FlaggerResult } from './flagger.ts'
import { readManifests } from '../manifests.ts'
import { createSimulatedClock } from '../simulated-clock.ts'

export const start = Date.parse('2026-11-20T10:00:00Z')
const manifests = readManifests(['rollouts/flagger/base/canary.yaml'])
export const ok = status(200)
export const held = status(425, 'held: not enough canary traffic yet')
export const no = status(409, 'no reason to roll back')
export const bad = status(412, 'fail: errors 5.1% vs 0.5%')

type Script = Readonly<Record<string, readonly (Reply | NoReply)[]>>

/** The answers of a judge that passes every hook, except for these changes. */
function scripted(change: Script = {}): Record<string, readonly (Reply | NoReply)[]> {
  const hooks: Script = {
    'confirm-rollout': [ok],
    'pre-rollout': [ok],
    rollback: [no],
    rollout: [ok],
    'confirm-traffic-increase': [ok],
    'confirm-promotion': [ok],
    'post-rollout': [ok],
    event: [ok],
    ...change,
  }
  return Object.fromEntries(Object.entries(hooks).map(([hook, answers]) => [`/v1/flagger/${hook}`, answers]))
}

export const optionsFor = (script: Script, change: Partial<FlaggerOptions> = {}): FlaggerOptions => ({
  manifests,
  call: createFakeService(scripted(script)).call,
  clock: createSimulatedClock(start),
  onWeight: () => undefined,
  ...change,
})

export const roll = (script: Script = {}, change: Partial<FlaggerOptions> = {}): Promise<FlaggerResult> =>
  runFlaggerCanary(optionsFor(script, change))

/** Leaves the events out, because there are many and other tests cover them. */
export const withoutEvents = (log: readonly LogEntry[]): readonly string[] =>
  toLines(
    log.filter((entry) => entry.kind === 'deed' || entry.purpose !== 'event'),
    start,
  )

export const eventsOf = (log: readonly LogEntry[]): readonly string[] =>
  callsOf(log)
    .filter(({ purpose }) => purpose === 'event')
    .map(({ line }) => line.replace(/^event "(.*)" 200$/, '$1'))

export const payloads = (log: readonly LogEntry[], hook: string): readonly unknown[] =>
  callsOf(log)
    .filter(({ purpose }) => purpose === hook)
    .map(({ body }): unknown => JSON.parse(body))

export const checksums = (log: readonly LogEntry[], hook: string): readonly unknown[] =>
  payloads(log, hook).map((payload) => Reflect.get(Object(payload), 'checksum'))
