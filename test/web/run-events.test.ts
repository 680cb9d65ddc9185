import { expect, test } from 'vitest'
import { createRunStates } from '../../src/web/reading/run-states.ts'
import { runEvents } from '../../src/web/routes/run-events.ts'
import type { VerdictStore } from '../../src/judge/ports/ports.ts'
import { aRun, aVerdict } from '../contract/rows.ts'
import { runApp } from '../support/service/run-app.ts'

test('runEvents() reports each change once, and ends after the end of the run', async () => {
  await using running = await runApp()
  const { store } = running
  const { run } = await store.openRun(aRun({ id: 'run-1' }))
  const { signal } = new AbortController()
  const events = runEvents({ read: createRunStates(() => store, 0), run, seen: '-0-0-0', signal, everyMs: 5 })
  const next = async (): Promise<string> => (await events.next()).value ?? 'no more'
  expect([await next(), await next(), await next()]).toEqual(['retry: 5\n\n', ':\n\n', ':\n\n'])
  const changed = 'event: changed\ndata: \n\n'
  await store.saveVerdict(aVerdict('run-1', { id: 'v-1' }))
  expect([await next(), await next()]).toEqual([changed, ':\n\n'])
  await store.updateRun('run-1', { closedAt: 1 })
  expect([await next(), await next()]).toEqual([changed, 'no more'])
})

test('runEvents() reports at once a change that the page has missed', async () => {
  await using running = await runApp()
  const { store } = running
  const { run } = await store.openRun(aRun({ id: 'run-1' }))
  await store.saveVerdict(aVerdict('run-1', { id: 'v-1' }))
  const { signal } = new AbortController()
  const events = runEvents({ read: createRunStates(() => store), run, seen: '-0-0-0', signal })
  await events.next()
  expect((await events.next()).value).toMatch(/^event: changed/)
  await events.return(undefined)
})

test('createRunStates() asks the store once for all readers of a run, and once for each run', async () => {
  await using running = await runApp()
  const { store } = running
  const runs = [aRun({ id: 'run-1', name: 'one' }), aRun({ id: 'run-2', name: 'two' })]
  for (const run of runs) await store.openRun(run)
  const asked: string[] = []
  const counting: VerdictStore = {
    ...store,
    getRun(id) {
      asked.push(id)
      return store.getRun(id)
    },
  }
  const read = createRunStates(() => counting, 60_000)
  const states = await Promise.all([...runs, ...runs, ...runs].map(read))
  expect(asked).toEqual(['run-1', 'run-2'])
  expect(new Set(states)).toHaveLength(2)
})

test('GET /runs/{id}/events ends when the service stops, and counts its readers', async () => {
  const running = await runApp({
    change: (config) => ({ ...config, limits: { ...config.limits, readsPerMinute: 1000 } }),
  })
  await running.store.openRun(aRun({ id: 'run-1' }))
  const follow = (): Promise<Response> => fetch(`${running.url}/runs/run-1/events`)
  const followers = await Promise.all(Array.from({ length: 100 }, follow))
  expect(new Set(followers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(followers[0]?.headers.get('content-type')).toBe('text/event-stream')
  const refused = await follow()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10'])
  const texts = Promise.all(followers.map((follower) => follower.text()))
  await running.app.stop()
  expect((await texts)[0]).toContain('event: changed')
  expect(running.lines.filter((line) => line.includes('cut off'))).toEqual([])
})
