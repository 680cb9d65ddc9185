import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import request from 'supertest'
import { AppError, appErrorCodes } from '../../../src/errors.ts'
import { problemTable } from '../../../src/http/problems/problem-table.ts'
import { runApp, t0 } from '../../support/service/run-app.ts'

const since = new Date(t0).toISOString()
const ok = { status: 'ok', since }

test('GET /healthz and /readyz answer 200 and list the parts', async () => {
  await using running = await runApp()
  const alive = await request(running.url).get('/healthz?probe=1')
  expect([alive.status, alive.body]).toEqual([200, { status: 'ok' }])
  const ready = await request(running.url).get('/readyz')
  expect([ready.status, ready.body]).toEqual([
    200,
    { status: 'ready', parts: { config: ok, policies: ok, store: ok } },
  ])
})

test('GET /readyz stays 200 when the store is away, says so, and says when it is back', async () => {
  await using running = await runApp()
  const ping = running.store.ping.bind(running.store)
  running.store.ping = async () => {
    throw new AppError('store-unavailable', 'connection refused by 10.0.0.7')
  }
  running.clock.ms += 5000
  const away = await request(running.url).get('/readyz')
  expect([away.status, away.body.parts.store]).toEqual([
    200,
    {
      status: 'degraded',
      reason: 'the store does not answer; judging goes on without history',
      since: new Date(t0 + 5000).toISOString(),
    },
  ])
  expect((await request(running.url).get('/metrics')).text).toContain('canary_judge_part_up{part="store"} 0')
  running.store.ping = ping
  expect((await request(running.url).get('/readyz')).body.parts.store.status).toBe('ok')
})

test('GET /metrics shows that the store is away, and back, without a probe of /readyz', async () => {
  await using running = await runApp()
  const ping = running.store.ping.bind(running.store)
  running.store.ping = async () => {
    throw new AppError('store-unavailable', 'connection refused')
  }
  const metrics = async () => (await request(running.url).get('/metrics')).text
  expect(await metrics()).toContain('canary_judge_part_up{part="store"} 0')
  running.store.ping = ping
  expect(await metrics()).toContain('canary_judge_part_up{part="store"} 1')
})

test('GET /readyz does not wait for a store that hangs, and asks it once for all who ask', async () => {
  await using running = await runApp()
  const ping = running.store.ping.bind(running.store)
  let pings = 0
  running.store.ping = () => {
    pings += 1
    return new Promise(() => undefined)
  }
  const answers = await Promise.all(Array.from({ length: 5 }, () => request(running.url).get('/readyz')))
  expect(answers.map(({ body }) => body.parts.store.status)).toEqual(Array(5).fill('degraded'))
  expect(pings).toBe(1)
  running.store.ping = ping
})

test('GET /readyz answers 503 while starting and while stopping', async () => {
  await using running = await runApp()
  for (const state of ['starting', 'stopping'] as const) {
    running.app.health.state = state
    const response = await request(running.url).get('/readyz')
    expect([response.status, response.body.status]).toEqual([503, state])
  }
})

test('GET /metrics counts requests by route template, and labels cannot be multiplied from outside', async () => {
  await using running = await runApp()
  await request(running.url).get('/v1/runs/a')
  await request(running.url).get('/v1/runs/b')
  await request(running.url).get('/random/1')
  await request(running.url).propfind('/random/2')
  const { text, headers } = await request(running.url).get('/metrics')
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  const counts = text.split('\n').filter((line) => line.includes('http_request_duration_seconds_count'))
  expect(counts.toSorted()).toEqual([
    'canary_judge_http_request_duration_seconds_count{method="GET",route="/v1/runs/{id}",status="404"} 2',
    'canary_judge_http_request_duration_seconds_count{method="GET",route="none",status="404"} 1',
    'canary_judge_http_request_duration_seconds_count{method="other",route="none",status="404"} 1',
  ])
  for (const name of [
    'nodejs_eventloop_lag_seconds',
    'canary_judge_verdicts_total',
    'canary_judge_store_queue_length',
  ]) {
    expect(text).toContain(`# TYPE ${name} `)
  }
})

test('GET / says what this is and leads to pages that there are', async () => {
  await using running = await runApp({
    change: (config) => ({ ...config, publicUrl: 'https://example.org/judge/' }),
  })
  const page = await request(running.url).get('/')
  expect([page.status, page.type]).toEqual([200, 'text/html'])
  expect(page.text).toContain('<h1>Rollouts</h1>')
  const places = [...page.text.matchAll(/href="([^"]*)"/g)].map(([, place = '']) => place)
  expect(places).toEqual([
    '/judge/docs/favicon-32x32.png',
    '/judge/',
    '/judge/policies',
    '/judge/plan',
    '/judge/docs',
    '/judge/policies',
    '/judge/readyz',
  ])
  for (const place of places) {
    const { status } = await request(running.url).get(place.replace('/judge', ''))
    expect([place, status]).toEqual([place, 200])
  }
})

test('GET /docs loads nothing from elsewhere and runs no inline script', async () => {
  await using running = await runApp({
    change: (config) => ({ ...config, publicUrl: 'https://example.org/judge/' }),
  })
  const page = await request(running.url).get('/docs')
  // the style of the frame is known by its hash, and forms go to this service alone, as that to sign out does
  expect(page.headers['content-security-policy']).toMatch(
    /^default-src 'none'; script-src 'self'; style-src 'self' 'sha256-[\w+/]{43}='; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/,
  )
  expect(page.text).not.toMatch(/<script(?! src="\/judge\/docs\/)/)
  const places = [...page.text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, place = '']) => place)
  expect(places).toEqual([
    '/judge/docs/favicon-32x32.png',
    '/judge/docs/swagger-ui.css',
    '/judge/docs/swagger-ui-bundle.js',
    '/judge/docs/start.js',
    '/judge/docs/pages.js',
    '/judge/',
    '/judge/policies',
    '/judge/plan',
    '/judge/docs',
    '/judge/docs/errors',
    '/judge/docs/reasons',
  ])
  for (const place of places) {
    const file = await request(running.url).get(place.replace('/judge', ''))
    expect([place, file.status]).toEqual([place, 200])
  }
  const script = await request(running.url).get('/docs/start.js')
  expect(script.text).toContain('"url":"/judge/openapi.json"')
})

test('every error code is explained at /docs/errors and in docs/errors.md, with its status', async () => {
  await using running = await runApp()
  const { text } = await request(running.url).get('/docs/errors')
  const markdown = await readFile(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8')
  for (const code of appErrorCodes) {
    const { status, title, meaning } = problemTable[code]
    expect(text.replaceAll(/>\s+</g, '><')).toContain(
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td>`,
    )
    expect(markdown.replaceAll(/ +\|/g, ' |')).toContain(`| \`${code}\` | ${status} | ${meaning} |`)
  }
})
