import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { monitorLoop } from '../support/measures/loop-monitor.ts'
import { runApp } from '../support/service/run-app.ts'
import type { FleetPrometheus } from '../support/simulated-prometheus/fleet-thread.ts'

const minute = 60_000
const rollouts = 20
/** No request may delay the other requests for longer than this. */
const mostMs = 250
const threadFile = new URL('../support/simulated-prometheus/fleet-thread.ts', import.meta.url)

test('looks at 20 rollouts of 100 pods at once delay no other request, neither first looks nor later ones', async () => {
  const thread = new Worker(threadFile, { execArgv: [] })
  const [fleet]: FleetPrometheus[] = await once(thread, 'message')
  if (fleet === undefined) throw new Error('expected a Prometheus')
  await using running = await runApp({ env: { PROMETHEUS_URL: fleet.url } })
  const rounds: Round[] = []
  for (const minutes of [6.5, 7.5]) {
    running.clock.ms = fleet.canaryStart + minutes * minute
    thread.postMessage(running.clock.ms)
    rounds.push(await lookAtAll(running.url, fleet))
  }
  await thread.terminate()
  expect(rounds.map(({ statuses }) => statuses)).toEqual([[200], [200]])
  expect(Math.max(...rounds.map(({ requests }) => requests))).toBeGreaterThan(1000)
  expect(Math.max(...rounds.map(({ longestMs }) => longestMs))).toBeLessThan(mostMs)
}, 120_000)

interface Round {
  readonly longestMs: number
  readonly statuses: readonly number[]
  /** The most requests that a look counted: none where Prometheus was too slow for the look. */
  readonly requests: number
}

async function lookAtAll(url: string, fleet: FleetPrometheus): Promise<Round> {
  const monitor = monitorLoop()
  const looks = await Promise.all(Array.from({ length: rollouts }, (_, n) => look(url, fleet, n)))
  return {
    longestMs: monitor.stop(),
    statuses: [...new Set(looks.map(({ status }) => status))],
    requests: Math.max(...looks.map(({ requests }) => requests)),
  }
}

interface Answer {
  readonly metrics: readonly { readonly canary: { readonly of?: number } }[]
}

async function look(url: string, { identity }: FleetPrometheus, n: number) {
  const answer = await fetch(`${url}/v1/judge`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      namespace: identity.namespace,
      name: `web-${n}`,
      canary: { revision: identity.revisions.canary },
      stable: { revision: identity.revisions.stable },
      params: { target: identity.target },
      step: { index: 0, of: 3, weight: 10, next: 50, minutes: 15 },
      keep: true,
    }),
  })
  const { metrics }: Answer = JSON.parse(await answer.text())
  return { status: answer.status, requests: Math.max(0, ...metrics.map(({ canary }) => canary.of ?? 0)) }
}
