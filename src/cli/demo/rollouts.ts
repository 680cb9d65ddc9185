import type { Writable } from 'node:stream'
import type { Clock, MetricSource } from '../../judge/ports/ports.ts'
import { type Controller, createController, type HookAnswer } from './controller.ts'
import { demoControllers, minuteMs } from './live-rollout.ts'
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

/** Controllers that release the services of the demo, beginning at the minute of `nowMs`. */
export function simulateRollouts(nowMs: number): Rollouts {
  let now = Math.floor(nowMs / minuteMs) * minuteMs + secondsIntoMinute * 1000
  const clock = { now: () => now }
  const controllers: Controller[] = []
  const rolloutOf = (name: string) =>
    controllers.map((controller) => controller.rolloutOf(name)).find((rollout) => rollout !== undefined)
  return {
    clock,
    source: simulatedSource(rolloutOf),
    async goOn({ url, output, ended, minute }) {
      const stop = new AbortController()
      ended.then(
        () => stop.abort(),
        () => stop.abort(),
      )
      const say = (line: string): boolean => output.write(`${line}\n`)
      for (const names of demoControllers) {
        const call = (hook: string, body: object): Promise<HookAnswer> => callHook(url, hook, body)
        controllers.push(createController({ names, clock, say, call }))
      }
      while (!stop.signal.aborted) {
        for (const controller of controllers) await controller.minute()
        if (stop.signal.aborted) return
        await minute(stop.signal).catch((error: unknown) => {
          if (!stop.signal.aborted) throw error
        })
        now += minuteMs
      }
    },
  }
}

async function callHook(url: string, hook: string, body: object): Promise<HookAnswer> {
  const response = await fetch(`${url}/v1/flagger/${hook}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  const { status } = response
  const text = await response.text()
  if ([200, 412, 425].includes(status)) return { status, text }
  throw new Error(`expected a verdict, got status ${status}: ${text}`)
}
