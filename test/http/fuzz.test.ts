import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gzipSync } from 'node:zlib'
import type { Route } from '../../src/http/route.ts'
import { problemSchema } from '../../src/http/problem-schema.ts'
import { aRun, aStep, aVerdict } from '../contract/rows.ts'
import { rawRequest } from '../support/raw-request.ts'
import { type RunningApp, runApp } from '../support/run-app.ts'

let running: RunningApp
beforeAll(async () => {
  running = await runApp({
    env: {
      CANARY_JUDGE_TOKENS: 'root:judge+decide+read:root-token-0123456789',
      LOG_LEVEL: 'error',
    },
    change: (config) => ({
      ...config,
      limits: { ...config.limits, readsPerMinute: 1e6, decisionsPerMinute: 1e6, failedLoginsPerMinute: 1e6 },
    }),
  })
  await running.store.openRun(aRun({ id: 'run-1', namespace: 'shop', name: 'web' }))
  await running.store.saveStep(aStep('run-1'))
  await running.store.saveVerdict(aVerdict('run-1', { id: 'v-1' }))
})
afterAll(() => running.app.stop())

const authorized = 'Bearer root-token-0123456789'
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('run-1', 'v-1', 'shop', 'web', '', '__proto__'),
)
const hostileKey = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', '', 'a.b', '\u0000')

/** A field as it should be, or anything. */
const field = (good: unknown) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(good) }, fc.jsonValue(), anyText)
const bodyOf = (good: Readonly<Record<string, unknown>>) =>
  fc.record(Object.fromEntries(Object.entries(good).map(([name, value]) => [name, field(value)])), {
    requiredKeys: [],
  })

/** What controllers and people send, with any field missing or wrong. */
const called = fc
  .oneof(
    bodyOf({
      namespace: 'shop',
      name: 'web',
      canaryHash: 'b',
      stableHash: 'a',
      policy: 'istio-service',
      step: '1',
      of: '3',
      weight: '5',
      minutes: '10',
      looks: '14',
      start: '',
      service: 'web',
    }),
    bodyOf({
      namespace: 'shop',
      name: 'web',
      phase: 'Progressing',
      checksum: '7d9fb',
      metadata: { policy: 'istio', steps: '5,25,50', eventMessage: 'Advance web.shop canary weight 5' },
    }),
    bodyOf({
      namespace: 'shop',
      name: 'web',
      canary: { revision: 'b' },
      stable: { revision: 'a' },
      policy: 'application',
      step: { index: 0, of: 3, weight: 5 },
      at: '2026-11-20T09:00:00Z',
      params: {},
    }),
  )
  .map((value) => JSON.stringify(value))

/** JSON that looks like what the routes take, and what does not. */
const json = fc.oneof(
  called,
  fc.json(),
  fc
    .dictionary(
      fc.oneof(hostileKey, fc.constantFrom('decision', 'reason', 'scope', 'name', 'namespace', 'step', 'by')),
      fc.jsonValue(),
    )
    .map((value) => JSON.stringify(value)),
  fc
    .record({
      namespace: anyText,
      name: anyText,
      decision: fc.constantFrom('approve', 'hold', 'nothing'),
      reason: anyText,
      step: fc.oneof(fc.integer(), fc.double()),
      by: fc.option(anyText, { nil: undefined }),
    })
    .map((value) => JSON.stringify(value)),
  fc.nat(200).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.nat(100).map((depth) => `${'{"metrics":'.repeat(depth)}1${'}'.repeat(depth)}`),
  fc.nat(70_000).map((length) => JSON.stringify({ reason: 'x'.repeat(length) })),
)
const yaml = fc.constantFrom(
  'name: web\nmetrics: []',
  'name: web\nmetrics:\n  - {name: errors, kind: errors}',
  'a: &a [1]\nb: [*a, *a]',
  '{',
  '---\n---',
  'name: !!js/function x',
  '<<: {__proto__: 1}',
)
const body = fc
  .oneof(json, yaml, fc.string({ unit: 'binary' }))
  .chain((text) => fc.boolean().map((zip) => ({ zip, bytes: zip ? gzipSync(text) : Buffer.from(text) })))

const contentType = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-8',
  'application/yaml',
  'text/plain',
  'application/json; charset=x',
  'nonsense',
  '',
)

const headers = fc.dictionary(
  fc.constantFrom(
    'accept',
    'accept-encoding',
    'x-request-id',
    'x-forwarded-for',
    'if-none-match',
    'range',
    'origin',
    'cookie',
    'x-http-method-override',
    'forwarded',
    'expect',
  ),
  fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
  { maxKeys: 3 },
)

const method = fc.constantFrom(
  'GET',
  'POST',
  'POST',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'PROPFIND',
)

const segment = fc.oneof(
  anyText.filter((text) => text.isWellFormed()).map(encodeURIComponent),
  fc.constantFrom('%', '%zz', '%c0%af', '..', '.', '%2e%2e', '%00', ':id', '{id}', '*', 'x'.repeat(3000)),
)
const query = fc.oneof(
  fc.constant(''),
  fc.constantFrom(
    '?limit=5',
    '?limit=0',
    '?open=true',
    '?after=AAAA',
    '?a=1&a=2',
    '?__proto__=1',
    '?%',
    '?namespace=%00',
  ),
  fc
    .dictionary(
      fc.constantFrom('limit', 'after', 'open', 'name', 'namespace', 'x'),
      anyText.filter((text) => text.isWellFormed()),
    )
    .map((values) => `?${new URLSearchParams(values).toString()}`),
)

/** Every route of the table, with hostile parameters; and paths beside them, also where answers are lines. */
const target = (routes: readonly Route[]) =>
  fc
    .record({
      path: fc.oneof(
        fc.constantFrom(...routes.map(({ path }) => path)),
        fc.constantFrom(
          '/v1/flagger/{id}',
          '/gate/{id}',
          '/rollback/{id}',
          '/{id}',
          '/v1/{id}/{id}',
          '//{id}',
        ),
      ),
      first: segment,
      second: segment,
      query,
    })
    .map(({ path, first, second, query: search }) => {
      const segments = [first, second]
      return `${path.replaceAll(/\{\w+\}/g, () => segments.shift() ?? '')}${search}`
    })

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** Raw sockets, since fetch mends paths and refuses headers. */
async function send(verb: string, path: string, fields: object, bytes: Buffer): Promise<Answer> {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${String(value)}\r\n`)
  const head = `${verb} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines.join('')}`
  const length = bytes.length > 0 ? `Content-Length: ${bytes.length}\r\n` : ''
  const answer = await rawRequest(running.port, Buffer.concat([Buffer.from(`${head}${length}\r\n`), bytes]))
  const end = answer.indexOf('\r\n\r\n')
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]),
    type: /^content-type: (.*)$/im.exec(answer.slice(0, end))?.[1]?.trim() ?? '',
    text: answer.slice(end + 4),
  }
}

/** What is wrong with an answer; undefined when nothing is. */
function complaint(verb: string, path: string, { status, type, text }: Answer): string | undefined {
  if (!(status >= 200 && status < 500)) return `status ${status}`
  if (status < 400 || verb === 'HEAD') return undefined
  if (/^\/(v1\/flagger|gate|rollback)([/?]|$)/.test(path)) {
    const isLine = type === 'text/plain; charset=utf-8' && /^[^\r\n]{1,299}$/.test(text)
    return isLine ? undefined : `no plain line: ${type}: ${text}`
  }
  const isProblem =
    type === 'application/problem+json; charset=utf-8' && problemSchema.parse(JSON.parse(text))
  return isProblem && isProblem.status === status ? undefined : `no problem: ${type}: ${text}`
}

test('no request to any route gets a 5xx or an error of another form, and the service stays well', async () => {
  const routes = running.app.groups.flatMap((group) => group.routes)
  const seen = new Map<string, Set<number>>()
  await fc.assert(
    fc.asyncProperty(
      target(routes),
      method,
      headers,
      contentType,
      body,
      fc.constantFrom(authorized, authorized, authorized, 'Bearer no', 'Basic AAAA', ''),
      async (path, verb, fields, type, { zip, bytes }, authorization) => {
        const all = {
          ...fields,
          'content-type': type,
          authorization,
          ...(zip && { 'content-encoding': 'gzip' }),
        }
        const answer = await send(
          verb,
          path,
          all,
          verb === 'GET' || verb === 'HEAD' ? Buffer.alloc(0) : bytes,
        )
        expect(complaint(verb, path, answer)).toBeUndefined()
        seen.set(verb, (seen.get(verb) ?? new Set()).add(answer.status))
      },
    ),
    { numRuns: 2000 },
  )
  // It would prove little if every request had been turned away at the door.
  expect([...(seen.get('GET') ?? [])]).toEqual(expect.arrayContaining([200, 400, 401, 404]))
  expect([...(seen.get('POST') ?? [])]).toEqual(expect.arrayContaining([200, 400, 401, 405, 415]))
  const healthy = await send('GET', '/readyz', {}, Buffer.alloc(0))
  expect(healthy).toMatchObject({ status: 200 })
  expect(running.lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
})

test('no decision whatsoever breaks the service, and as many are stored as were taken', async () => {
  const of = { namespace: 'shop', name: 'web', runId: 'run-1' }
  const before = (await running.store.listDecisions(of)).length
  let taken = 0
  await fc.assert(
    fc.asyncProperty(json, async (text) => {
      const fields = { authorization: authorized, 'content-type': 'application/json' }
      const answer = await send('POST', '/v1/runs/run-1/decisions', fields, Buffer.from(text))
      expect(complaint('POST', '', answer)).toBeUndefined()
      if (answer.status === 201) taken += 1
    }),
    { numRuns: 500, examples: [['{"decision":"hold","reason":"x"}']] },
  )
  expect(taken).toBeGreaterThan(0)
  expect(await running.store.listDecisions(of)).toHaveLength(before + taken)
})

test('bytes that are no HTTP at all never break the service', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
      await rawRequest(running.port, Buffer.concat([bytes, Buffer.from('\r\n\r\n\r\n\r\n')])).catch(
        () => undefined,
      )
    }),
    { numRuns: 200 },
  )
  expect((await fetch(`${running.url}/healthz`)).status).toBe(200)
})
