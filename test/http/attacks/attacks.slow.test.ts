import { afterAll, beforeAll, expect, test } from 'vitest'
import { monitorLoop } from '../../support/measures/loop-monitor.ts'
import { type RunningApp, runApp } from '../../support/service/run-app.ts'
import { attacks } from './bodies.ts'

/** No request may delay the other requests for longer than this. */
const longestMs = 250

let running: RunningApp
beforeAll(async () => {
  running = await runApp()
})
afterAll(() => running.app.stop())

test.each(attacks.map((attack) => [attack.name, attack] as const))(
  '%s delays no other request',
  async (_name, attack) => {
    const monitor = monitorLoop()
    const answer = await fetch(`${running.url}${attack.path}`, {
      method: 'POST',
      headers: {
        'content-type': attack.type,
        ...(attack.encoding !== undefined && { 'content-encoding': attack.encoding }),
      },
      body: new Uint8Array(attack.body),
    })
    const text = await answer.text()
    const longest = monitor.stop()
    expect(longest).toBeLessThan(longestMs)
    expect(answer.status).toBeLessThan(500)
    expect(text.length).toBeLessThan(20_000)
  },
)
