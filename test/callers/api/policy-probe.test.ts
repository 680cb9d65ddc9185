import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diagnosisSchema } from '../../../src/callers/api/policy-probe.ts'
import {
  type SimulatedPrometheus,
  startSimulatedPrometheus,
} from '../../support/simulated-prometheus/start-simulated-prometheus.ts'
import { application, canary, stable, until } from '../../sources/prometheus/diagnosis/case.ts'
import { sourceFor } from '../../sources/prometheus/source-case.ts'
import { monitorLoop } from '../../support/measures/loop-monitor.ts'
import { type RunningApp, runApp } from '../../support/service/run-app.ts'

const clock = { now: () => until }
let server: SimulatedPrometheus
let running: RunningApp
beforeAll(async () => {
  server = await startSimulatedPrometheus({ clock, series: application('shop') })
  running = await runApp({
    env: {
      CANARY_JUDGE_TOKENS: 'all:read:all-token-0123456789,one:judge:one-token-0123456789',
    },
    overrides: { clock, source: sourceFor(server.url, { clock }) },
    change: (config) => ({
      ...config,
      tokens: config.tokens.map((token) =>
        token.name === 'one' ? { ...token, namespaces: ['shop'] } : token,
      ),
    }),
  })
})
afterAll(async () => {
  await running.app.stop()
  await server.close()
})

const policy = 'name: web\nhistory: 20m\nmetrics: [{name: errors, kind: errors}]'
const validate = (query: object, token = 'all', url = running.url, file = policy) =>
  request(url)
    .post('/v1/policies/validate')
    .set('Authorization', `Bearer ${token}-token-0123456789`)
    .set('Content-Type', 'application/yaml')
    .query(query)
    .send(file)
const names = { namespace: 'shop', name: 'web', canary, stable }

describe('POST /v1/policies/validate', () => {
  test('answers without a probe where no workload is named', async () => {
    const { status, body } = await validate({})
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['valid', 'digest', 'warnings', 'policy', 'from'])
  })

  test('answers what the policy would get for the workload', async () => {
    const { status, body } = await validate({ ...names, minutes: '20', params: 'controller=argo' })
    expect(status).toBe(200)
    expect(diagnosisSchema.parse(body.probe)).toEqual(body.probe)
    expect(body.probe).toMatchObject({ ok: true, minutes: 20, at: '2026-02-01T12:00:00.000Z', findings: [] })
    expect(body.probe.metrics).toMatchObject([
      {
        name: 'errors',
        queries: [
          { of: 'total', arms: { canary: { series: 1, samples: 21 }, stable: { series: 2, samples: 42 } } },
          { of: 'bad' },
        ],
        findings: [{ level: 'note', code: 'no-events-yet' }],
      },
    ])
  })

  test('answers the likely cause of what is missing, and stays 200', async () => {
    const { status, body } = await validate({ ...names, namespace: 'shops' })
    expect(status).toBe(200)
    expect(body.probe.ok).toBe(false)
    expect(body.probe.metrics[0].findings).toMatchObject([{ level: 'error', code: 'wrong-namespace' }])
  })

  test('takes a workload without revisions for one of Flagger', async () => {
    const { body } = await validate({ namespace: 'shop', name: 'web' })
    expect(body.probe.metrics[0].findings[0].text).toContain('Flagger names it web-primary')
  })

  test.each([
    [{ namespace: 'shop' }, 'name: expected namespace and name together'],
    [{ name: 'web' }, 'namespace: expected namespace and name together'],
    [{ canary: 'a' }, 'canary: expected namespace and name beside it'],
    [{ ...names, minutes: '0' }, 'minutes: expected a whole number from 1 to 1440'],
    [{ ...names, minutes: '1441' }, 'minutes'],
    [{ ...names, params: 'service' }, 'params: expected key=value'],
    [{ ...names, params: '__proto__=x' }, 'params: expected key=value'],
    [{ ...names, url: 'http://127.0.0.1:1' }, 'url'],
  ])('answers 400 to %j', async (query, message) => {
    const { status, body } = await validate(query)
    expect(status).toBe(400)
    expect(body.detail).toContain(message)
  })

  test('lets no token of one namespace probe, since selectors reach all of them', async () => {
    const { status, body } = await validate(names, 'one')
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect((await validate({}, 'one')).status).toBe(200)
  })

  test('answers 422 where no source is configured', async () => {
    await using bare = await runApp()
    const { status, body } = await validate(names, 'all', bare.url)
    expect([status, body.code]).toEqual([422, 'unprocessable'])
    expect(body.detail).toContain('expected a configured source to probe, got none')
  })
})

/** Starts a Prometheus whose series match no pattern of failures. */
async function startWithoutFailures() {
  const long = `${'a'.repeat(40)}!`
  const behind = await startSimulatedPrometheus({
    clock,
    series: application('shop', (labels) => ({ ...labels, code: long })),
  })
  const front = createServer((incoming, answer) => {
    void (async () => {
      const form = new URLSearchParams(`${incoming.url?.split('?')[1] ?? ''}&${await text(incoming)}`)
      for (const [key, value] of form) form.set(key, value.replaceAll(/code=~"[^"]*"/g, 'code="none"'))
      const path = incoming.url?.split('?')[0] ?? ''
      const { status, body } = await request(behind.url).post(path).type('form').send(form.toString())
      answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })()
  })
  await once(front.listen(0, '127.0.0.1'), 'listening')
  const address = front.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      front.close()
      await behind.close()
    },
  }
}

const policyWith = (pattern: string): string =>
  JSON.stringify({
    name: 'web',
    history: '20m',
    metrics: [
      {
        name: 'errors',
        kind: 'errors',
        total: 'http_requests_total',
        bad: `http_requests_total{code=~"${pattern}"}`,
      },
    ],
  })

describe('POST /v1/policies/validate with a pattern that is hard to read', () => {
  test.each([
    ['(a+)+', 'backtracks in most engines'],
    ['((a*)*)*b', 'backtracks in most engines'],
    ['(a{0,1000}){0,1}(a{0,1000}){0,1}', 'grows'],
    ['(?i)(?P<class>5)[[:digit:]]{2}', 'RE2 takes it and JavaScript does not'],
    ['(?=5)..', 'JavaScript takes it and RE2 does not'],
    ['[5', 'no engine takes it'],
  ])('answers to %s, which %s, and keeps others waiting for less than 250 ms', async (pattern) => {
    await using prometheus = await startWithoutFailures()
    await using asked = await runApp({ overrides: { clock, source: sourceFor(prometheus.url, { clock }) } })
    const loop = monitorLoop()
    const { status, body } = await validate(names, 'all', asked.url, policyWith(pattern))
    expect(loop.stop()).toBeLessThan(250)
    expect(status).toBe(200)
    expect(body.probe.metrics[0].labels).toContainEqual(expect.objectContaining({ name: 'code' }))
  })
})
