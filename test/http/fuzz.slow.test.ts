import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { problemSchema } from '../../src/http/problems/problem-schema.ts'
import { aRun, aStep, aVerdict } from '../contract/rows.ts'
import { rawRequest } from '../support/service/raw-request.ts'
import { anyContentType, anyHeaders, anyJson, anyRequestTo } from './any-request.ts'
import { type RunningApp, runApp } from '../support/service/run-app.ts'

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
interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** Sends by a raw socket, because fetch corrects paths and refuses some headers. */
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

/** What is wrong with an answer; undefined when it is right. */
function complaint(verb: string, path: string, { status, type, text }: Answer): string | undefined {
  if (!(status >= 200 && status < 500)) return `status ${status}`
  if (status < 400 || verb === 'HEAD') return undefined
  if (/^\/(v1\/flagger|gate|rollback|prometheus)([/?]|$)/.test(path)) {
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
      anyRequestTo(routes),
      anyHeaders,
      anyContentType,
      fc.oneof(
        { weight: 4, arbitrary: fc.constant(authorized) },
        fc.constantFrom('Bearer no', 'Basic AAAA', ''),
      ),
      async ({ verb, path, body: { zip, bytes } }, fields, type, authorization) => {
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
  // The test proves little if every request is refused for the same reason.
  expect([...(seen.get('GET') ?? [])]).toEqual(expect.arrayContaining([200, 400, 401, 404]))
  expect([...(seen.get('POST') ?? [])]).toEqual(expect.arrayContaining([200, 400, 401, 405, 415]))
  const healthy = await send('GET', '/readyz', {}, Buffer.alloc(0))
  expect(healthy).toMatchObject({ status: 200 })
  expect(running.lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
})

test('no decision whatsoever breaks the service, and as many are stored as were taken', async () => {
  // This run is separate, because the requests above may open a newer run of their workload.
  const of = { namespace: 'shop', name: 'decided', runId: 'run-2' }
  await running.store.openRun(aRun({ id: of.runId, namespace: of.namespace, name: of.name }))
  let taken = 0
  await fc.assert(
    fc.asyncProperty(anyJson, async (text) => {
      const fields = { authorization: authorized, 'content-type': 'application/json' }
      const answer = await send('POST', '/v1/runs/run-2/decisions', fields, Buffer.from(text))
      expect(complaint('POST', '', answer)).toBeUndefined()
      if (answer.status === 201) taken += 1
    }),
    { numRuns: 500, examples: [['{"decision":"hold","reason":"x"}']] },
  )
  expect(taken).toBeGreaterThan(0)
  expect(await running.store.listDecisions(of)).toHaveLength(taken)
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
