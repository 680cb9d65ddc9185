import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import request from 'supertest'
import { expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { fakeSource, fixtureRecording } from '../support/stand-ins/fake-source.ts'
import { faultyStore } from '../support/stand-ins/faulty-store.ts'
import { runApp } from '../support/service/run-app.ts'
import { codesOf, minute, rollout, rolloutStart, runJudge } from '../support/service/run-judge.ts'
import { startStopwatch } from '../support/measures/stopwatch.ts'

const log = pino({ level: 'silent' })

const withFaultyStore = async (fixture: string, judge: object = {}) => {
  const clock = { now: () => rolloutStart }
  const faulty = faultyStore(await openStore({ url: 'sqlite::memory:', clock, log }))
  const running = await runJudge({ fixture, overrides: { openStore: async () => faulty.store, judge } })
  return Object.assign(running, { faulty })
}

test('POST /v1/judge answers with kept false while the store is away, and what was answered is kept later', async () => {
  await using running = await withFaultyStore('errors-x10')
  const { faulty } = running
  running.clock.ms = rolloutStart + 2 * minute
  const { body: first } = await running.judge()
  expect(first.kept).toBe(true)
  faulty.state = 'away'
  running.clock.ms = rolloutStart + 12 * minute
  const { status, body: failed } = await running.judge()
  expect(status).toBe(200)
  expect(failed).toMatchObject({ verdict: 'fail', kept: false, run: first.run })
  // This process remembers the fail.
  running.source.fault = 'down'
  running.clock.ms += minute
  expect((await running.judge()).body).toMatchObject({ verdict: 'fail', kept: false })
  faulty.state = 'well'
  await expect.poll(() => faulty.real.getVerdict(failed.id), { timeout: 10_000 }).toBeDefined()
  // The row has a mark, so that it shows the answer as it was given.
  expect((await faulty.real.getVerdict(failed.id))?.body).toEqual(failed)
  const timeline = await request(running.url)
    .get(`/v1/runs/${first.run}`)
    .set('Authorization', 'Bearer ann-token-0123456789')
  const marks: readonly { id: string; kept?: boolean }[] = timeline.body.verdicts
  expect(marks.find(({ id }) => id === failed.id)).toMatchObject({ kept: false })
  expect(marks.find(({ id }) => id === first.id)).not.toHaveProperty('kept')
  await expect
    .poll(async () => (await faulty.real.getRun(first.run))?.firstFailAt)
    .toBe(rolloutStart + 11 * minute)
})

test('POST /v1/decisions acknowledges nothing while the store is away, and what it refused counts for nothing', async () => {
  await using running = await withFaultyStore('too-little-traffic')
  running.clock.ms = rolloutStart + 2 * minute
  await running.judge()
  running.faulty.state = 'away'
  const { status, body } = await running.decide({ decision: 'approve' })
  expect([status, body.code]).toEqual([503, 'store-unavailable'])
  running.faulty.state = 'well'
  running.clock.ms += minute
  expect((await running.judge()).body).toMatchObject({ verdict: 'inconclusive', decisions: [] })
  expect((await running.decide({ decision: 'approve' })).status).toBe(201)
  expect((await running.judge()).body).toMatchObject({ verdict: 'pass', kept: true })
})

test('POST /v1/judge goes on with a decision that it knew when the store went away', async () => {
  await using running = await withFaultyStore('too-little-traffic')
  running.clock.ms = rolloutStart + 2 * minute
  await running.judge()
  await running.decide({ decision: 'reject', scope: 'run' })
  expect((await running.judge()).body).toMatchObject({ verdict: 'fail', kept: true })
  running.faulty.state = 'away'
  running.clock.ms += minute
  const { body } = await running.judge()
  expect(body).toMatchObject({ verdict: 'fail', kept: false })
  expect(codesOf(body)).toContain('rejected')
})

test('POST /v1/judge opens a run while the store is away, under the id that any replica would give it', async () => {
  await using running = await withFaultyStore('healthy')
  running.faulty.state = 'away'
  running.clock.ms = rolloutStart + 2 * minute
  const step = { index: 0, of: 3, weight: 5, next: 25 }
  const { body: away } = await running.judge({ step })
  expect(away).toMatchObject({ verdict: 'inconclusive', kept: false })
  await using other = await runJudge()
  other.clock.ms = rolloutStart + 2 * minute
  const { body: elsewhere } = await other.judge({ step })
  expect(away).toEqual({ ...elsewhere, kept: false })
})

test('POST /v1/judge does not wait for a store that never answers, and soon stops asking it', async () => {
  await using running = await withFaultyStore('errors-x10', { storeCallMs: 100, deadlineMs: 2000 })
  const { faulty } = running
  running.clock.ms = rolloutStart + 2 * minute
  await running.judge()
  faulty.state = 'hangs'
  running.clock.ms = rolloutStart + 12 * minute
  const watch = startStopwatch()
  const { body } = await running.judge()
  expect(watch.elapsedMs()).toBeLessThan(2500)
  expect(body).toMatchObject({ verdict: 'fail', kept: false })
  const asked = faulty.calls.count
  await running.judge()
  // The judge no longer reads; it finds out by writing that the store is back.
  expect(faulty.calls.count).toBeLessThanOrEqual(asked + 2)
})

test('POST /v1/judge answers inconclusive within the deadline when Prometheus never does', async () => {
  const judge = { deadlineMs: 400 }
  await using running = await runJudge({ overrides: { judge } })
  running.source.fault = 'hangs'
  running.clock.ms = rolloutStart + 12 * minute
  const watch = startStopwatch()
  const { status, body } = await running.judge({ step: { index: 0, of: 3 } })
  expect(watch.elapsedMs()).toBeLessThan(1400)
  expect(status).toBe(200)
  expect(body).toMatchObject({ judged: 'inconclusive', verdict: 'inconclusive' })
  expect(codesOf(body)).toContain('source-timeout')
  expect(running.source.fetches[0]?.signal.aborted).toBe(true)
})

test.each([
  ['hold', 'inconclusive', 'held'],
  ['proceed', 'pass', 'gate-policy'],
  ['fail', 'fail', 'gate-policy'],
])(
  'with Prometheus down at the gate onSourceDown: %s answers %s, and not before',
  async (rule, verdict, code) => {
    const policy = `name: web\nonSourceDown: ${rule}\nmetrics: [{name: errors, kind: errors}]`
    await using running = await runJudge({ policy })
    running.source.fault = 'down'
    const step = { index: 0, of: 3, minutes: 5 }
    running.clock.ms = rolloutStart
    await running.judge({ step })
    running.clock.ms = rolloutStart + 5 * minute - 1
    expect((await running.judge({ step })).body.verdict).toBe('inconclusive')
    running.clock.ms = rolloutStart + 6 * minute
    const { body } = await running.judge({ step })
    expect(body.verdict).toBe(verdict)
    expect(codesOf(body)).toEqual(expect.arrayContaining(['source-down', code]))
  },
)

test('POST /v1/judge without a Prometheus says so in the verdict', async () => {
  await using running = await runApp()
  const policy = 'name: web\nmetrics: [{name: errors, kind: errors}]'
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-'))
  await writeFile(join(folder, 'web.yaml'), policy)
  await using blind = await runApp({
    change: (config) => ({ ...config, policies: { directory: folder } }),
  })
  await rm(folder, { recursive: true })
  const { body } = await request(blind.url).post('/v1/judge').send(rollout)
  expect(body).toMatchObject({
    verdict: 'inconclusive',
    summary: 'inconclusive: no Prometheus is configured under the name default',
  })
  const unknown = await request(running.url)
    .post('/v1/judge')
    .send({ ...rollout, policy: 'web' })
  expect([unknown.status, unknown.body.code]).toEqual([422, 'unknown-policy'])
})

test('a run that opens while Prometheus is down gets its true start when it is back', async () => {
  await using running = await runJudge({ fixture: 'errors-x10' })
  running.source.fault = 'down'
  running.clock.ms = rolloutStart + 4 * minute
  const { body: down } = await running.judge()
  expect((await running.store.getRun(down.run))?.start).toBe(rolloutStart + 4 * minute)
  running.source.fault = 'none'
  running.clock.ms += minute
  const { body: back } = await running.judge()
  expect(back.run).toBe(down.run)
  expect((await running.store.getRun(down.run))?.start).toBe(rolloutStart)
})

test('looks at the same slice share one computation', async () => {
  const source = fakeSource(fixtureRecording('healthy'))
  await using running = await runJudge({ source })
  running.clock.ms = rolloutStart + 5 * minute + 20_000
  await running.judge()
  const before = source.fetches.length
  running.clock.ms += minute
  const bodies = await Promise.all(Array.from({ length: 20 }, () => running.judge()))
  expect(source.fetches.length - before).toBe(1)
  for (const { body } of bodies) expect(body).toEqual(bodies[0]?.body)
  running.clock.ms += 50_000
  await running.judge()
  expect(source.fetches.length - before).toBe(1)
  // From here on the next slice may be settled.
  running.clock.ms += 10_000
  await running.judge()
  expect(source.fetches.length - before).toBe(2)
})

test('a source in trouble is asked again by the next look', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 5 * minute
  running.source.fault = 'down'
  expect(codesOf((await running.judge()).body)).toContain('source-down')
  running.source.fault = 'none'
  expect(codesOf((await running.judge()).body)).not.toContain('source-down')
})

test('too many computations at once answer inconclusive because of overload, at once and unkept', async () => {
  await using running = await runJudge({ overrides: { judge: { maxComputations: 1, deadlineMs: 600 } } })
  running.clock.ms = rolloutStart + 5 * minute
  running.source.fault = 'hangs'
  const hanging = running.judge({ start: new Date(rolloutStart).toISOString() })
  const first = hanging.then(({ body }) => codesOf(body))
  await expect.poll(() => running.source.fetches.length).toBe(1)
  const start = new Date(rolloutStart).toISOString()
  const { status, body } = await running.judge({ name: 'api', start })
  expect(status).toBe(200)
  expect(body).toMatchObject({ verdict: 'inconclusive', kept: false })
  expect(codesOf(body)).toEqual(['overloaded'])
  expect(await first).toContain('source-timeout')
})

test('too many looks at once touch neither store nor source', async () => {
  await using running = await withFaultyStore('healthy', { maxLooks: 0 })
  running.clock.ms = rolloutStart + 5 * minute
  const { body } = await running.judge()
  expect(codesOf(body)).toEqual(['overloaded'])
  expect([running.faulty.calls.count > 1, running.source.fetches.length]).toEqual([false, 0])
  const recording = { format: 'canary-judge/recording/1' }
  const sent = await running.judge({ recording: { ...fixtureRecording('healthy'), ...recording } })
  expect([sent.status, sent.body.code]).toEqual([503, 'overloaded'])
})
