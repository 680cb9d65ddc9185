import { readFileSync } from 'node:fs'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { judgementSchema } from '../../../src/callers/api/judge-schemas.ts'
import { type RunningApp, runApp } from '../../support/service/run-app.ts'

let running: RunningApp
beforeAll(async () => {
  running = await runApp()
})
afterAll(() => running.app.stop())

const fixture = (name: string): { slices: number; [key: string]: unknown } =>
  JSON.parse(readFileSync(new URL(`../../fixtures/recordings/${name}.json`, import.meta.url), 'utf8'))

const judge = (body: object, accept = 'application/json') =>
  request(running.url).post('/v1/judge').set('Accept', accept).send(body)

const names = { namespace: 'shop', name: 'web', canary: { revision: 'b' }, stable: { revision: 'a' } }

describe('POST /v1/judge with a recording', () => {
  test.each([
    ['healthy', 'pass', 'within-margin', 69],
    ['errors-x10', 'fail', 'worse'],
    ['latency-x2', 'fail', 'worse'],
    ['no-canary-data', 'inconclusive', 'no-canary-data'],
    ['too-little-traffic', 'inconclusive', 'needs-more-data'],
  ])('of %s answers %s because of %s', async (name, verdict, code, at = 74) => {
    const { status, body } = await judge({ ...names, recording: fixture(name), at })
    expect(status).toBe(200)
    expect(judgementSchema.parse(body)).toEqual(body)
    expect(body).toMatchObject({ verdict, kept: true, decisions: [] })
    expect(body.reasons.map((reason: { code: string }) => reason.code)).toContain(code)
  })

  test('gives the same id and body for the same look, and another for another', async () => {
    const recording = fixture('healthy')
    const [first, again] = [await judge({ ...names, recording }), await judge({ ...names, recording })]
    expect(again.body).toEqual(first.body)
    const plain = await judge({ ...names, canary: 'b', stable: 'a', recording })
    expect(plain.body).toEqual(first.body)
    const earlier = await judge({ ...names, recording, at: 66 })
    expect(earlier.body.id).not.toBe(first.body.id)
    expect(earlier.body.run).toBe(first.body.run)
    const other = await judge({ ...names, canary: { revision: 'c' }, recording })
    expect(other.body.run).not.toBe(first.body.run)
    expect(other.body.id).not.toBe(first.body.id)
  })

  test('keeps what it answered, with the recording it rests on', async () => {
    const { body } = await judge({ ...names, recording: fixture('errors-x10'), at: 64 })
    expect((await request(running.url).get(body.links.verdict)).body).toEqual(body)
    const kept = await request(running.url).get(body.links.recording)
    expect(kept.body).toMatchObject({ slices: 65, id: 'errors-x10' })
    const again = await judge({ ...names, recording: kept.body })
    expect(again.body).toEqual(body)
    const { body: timeline } = await request(running.url).get(body.links.run)
    expect(timeline.run).toMatchObject({
      source: 'recording',
      open: false,
      revision: 'b',
      stableRevision: 'a',
    })
    expect(timeline.verdicts).toContainEqual(expect.objectContaining({ id: body.id, summary: body.summary }))
  })

  test('takes a moment as well as a slice', async () => {
    const recording = fixture('healthy')
    const slice = await judge({ ...names, recording, at: 64 })
    for (const at of ['2026-01-05T11:05:00Z', '2026-01-05T11:05:59.9Z', '2026-01-05T12:05:00+01:00']) {
      expect((await judge({ ...names, recording, at })).body).toEqual(slice.body)
    }
    expect(slice.body.window).toMatchObject({ to: '2026-01-05T11:05:00.000Z', at: 64 })
    const last = await judge({ ...names, recording })
    expect((await judge({ ...names, recording, at: '2026-01-05T11:15:59Z' })).body).toEqual(last.body)
  })

  test('needs no names, and judges every metric by the defaults of its kind', async () => {
    const { body } = await judge({ recording: fixture('errors-x10') })
    expect(body).toMatchObject({ verdict: 'fail' })
    expect(body.run).toMatch(/^recordings\.errors-x10\.canary\.[0-9a-f]{16}$/)
    expect(body.metrics.map((metric: { name: string }) => metric.name)).toEqual(
      Object.keys(Object(fixture('errors-x10')['metrics'])),
    )
  })

  test('judges by a policy that comes with it', async () => {
    const policy = { name: 'mine', mode: 'observe', metrics: [{ name: 'errors', kind: 'errors' }] }
    const { body } = await judge({ ...names, policy, recording: fixture('errors-x10') })
    expect(body).toMatchObject({ judged: 'fail', verdict: 'pass' })
    expect(body.metrics).toHaveLength(1)
    const broken = await judge({ ...names, policy: { ...policy, mod: 1 }, recording: fixture('healthy') })
    expect(broken.body).toMatchObject({ status: 422, code: 'invalid-policy' })
  })

  test('answers text/plain with an aligned table', async () => {
    const { text, headers, body } = await judge({ ...names, recording: fixture('errors-x10') }, 'text/plain')
    expect(headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(body).toEqual({})
    const lines = text.split('\n')
    expect(lines[0]).toMatch(/^fail: /)
    expect(lines).toContain('verdict  fail')
    const head = lines.findIndex((line) => line.startsWith('metric '))
    const column = lines[head]?.indexOf('canary') ?? 0
    expect(lines[head + 1]?.slice(column - 1, column + 1)).toMatch(/^ \d/)
  })

  test('answers text/html with an escaped page', async () => {
    const policy = { name: 'a', metrics: [{ name: 'errors', kind: 'errors' }] }
    const name = `<img src=x onerror=alert(1)>'"&`
    const body = { ...names, name, policy, recording: fixture('healthy') }
    const { text, headers } = await judge(body, 'text/html')
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(text).toMatch(/^<!doctype html>/)
    expect(text).not.toMatch(/<(img|script|style|link)/)
    expect(text).toContain('<td>errors</td>')
  })

  test.each([
    [{ canary: '' }, 422, 'canary.revision', 'expected a revision, got ""'],
    [{ canary: 7 }, 400, 'canary', 'expected text, got 7, put it in quotes'],
    [{ canary: { revision: '' } }, 422, 'canary.revision', 'expected a revision, got ""'],
    [{ stable: { revision: ' ' } }, 422, 'stable.revision', 'expected a revision, got ""'],
    [
      { stable: { revision: 'b' } },
      422,
      'stable.revision',
      'expected another revision than that of the canary, got "b" for both',
    ],
    [{ step: { index: 0 } }, 422, 'step', 'expected nothing beside a recording, which says it itself'],
    [{ at: 75 }, 422, 'at', 'expected a slice of the recording from 0 to 74, got 75'],
    [
      { at: '2026-01-05T10:00:59Z' },
      422,
      'at',
      'expected a moment from the end of its first slice (2026-01-05T10:01:00.000Z) to its end (2026-01-05T11:15:00.000Z), got 2026-01-05T10:00:59.000Z',
    ],
    [{ namespace: '' }, 400, 'namespace', 'expected at least 1 character, got ""'],
    [{ recordin: {} }, 400, 'recordin', 'unknown key "recordin", did you mean recording?'],
    [{ at: 'yesterday' }, 400, 'at', expect.any(String)],
  ])('with %j answers %i and names %s', async (change, status, path, message) => {
    const response = await judge({ ...names, recording: fixture('healthy'), ...change })
    expect(response.status).toBe(status)
    expect(response.body.issues).toEqual([{ path, message }])
  })

  test('names the policies there are when it does not know the one asked for', async () => {
    const { body } = await judge({ ...names, policy: 'wbe', recording: fixture('healthy') })
    expect(body).toMatchObject({ status: 422, code: 'unknown-policy' })
    expect(body.detail).toContain('got "wbe"')
  })

  test('names the place of a mistake in the recording', async () => {
    const { body } = await judge({ ...names, recording: { ...fixture('healthy'), slices: -1 } })
    expect(body).toMatchObject({ status: 422, code: 'invalid-recording' })
    const empty = { ...fixture('healthy'), slices: 0, rolloutStart: 0, steps: [], pods: [], metrics: {} }
    const { body: none } = await judge({ ...names, recording: empty })
    expect(none.issues).toEqual([{ path: 'recording.slices', message: 'expected at least 1 slice, got 0' }])
  })

  test('stays within the namespaces of the token', async () => {
    const token = 'ci-token-0123456789ab'
    await using limited = await runApp({
      env: { CANARY_JUDGE_TOKENS: `ci:judge:${token}` },
      change: (config) => ({
        ...config,
        tokens: config.tokens.map((each) => ({ ...each, namespaces: ['shop'] })),
      }),
    })
    const ask = (namespace: string) =>
      request(limited.url)
        .post('/v1/judge')
        .set('Authorization', `Bearer ${token}`)
        .send({ ...names, namespace, recording: fixture('healthy') })
    expect((await ask('shop')).status).toBe(200)
    expect((await ask('bank')).status).toBe(403)
  })
})
