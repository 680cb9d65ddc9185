import type { Writable } from 'node:stream'
import type { Clock, MetricSource } from '../../judge/ports/ports.ts'
import { type Controller, createController } from './controller.ts'
import { demoServices, minuteMs } from './live-rollout.ts'
import { simulatedSource } from './simulated-source.ts'

export interface Rollouts {
  /** The simulated time, which the service uses too. */
  readonly clock: Clock
  readonly source: MetricSource
  /** Lets time pass and every controller act, minute by minute, until `ended` resolves. */
  goOn(running: GoOn): Promise<void>
}

interface GoOn {
  /** The URL of the service. */
  readonly url: string
  /** Gets a line for each event. */
  readonly output: Writable
  readonly ended: Promise<unknown>
  /** Waits for the length of a simulated minute; rejects when the signal aborts. */
  readonly minute: (signal: AbortSignal) => Promise<void>
}

/** How far into a minute the looks are, so that the slice before is settled. */
const secondsIntoMinute = 20

/** One simulated rollout of each service of the demo, all beginning at the minute of `nowMs`. */
export function simulateRollouts(nowMs: number): Rollouts {
  let now = Math.floor(nowMs / minuteMs) * minuteMs + secondsIntoMinute * 1000
  const clock = { now: () => now }
  const controllers = new Map<string, Controller>()
  return {
    clock,
    source: simulatedSource((name) => controllers.get(name)?.rollout()),
    async goOn({ url, output, ended, minute }) {
      const stop = new AbortController()
      ended.then(
        () => stop.abort(),
        () => stop.abort(),
      )
      const say = (line: string): boolean => output.write(`${line}\n`)
      for (const name of Object.keys(demoServices)) {
        controllers.set(name, createController({ name, clock, say, ask: (body) => ask(url, body) }))
      }
      while (!stop.signal.aborted) {
        for (const controller of controllers.values()) await controller.minute()
        await minute(stop.signal).catch((error: unknown) => {
          if (!stop.signal.aborted) throw error
        })
        now += minuteMs
      }
    },
  }
}

async function ask(url: string, body: object): Promise<unknown> {
  const response = await fetch(`${url}/v1/argo`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (response.ok) return response.json()
  throw new Error(`expected a verdict, got status ${response.status}: ${await response.text()}`)
}
