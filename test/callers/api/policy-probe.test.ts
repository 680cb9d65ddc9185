import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diagnosisSchema } from '../../../src/callers/api/policy-probe.ts'
import {
  type SimulatedPrometheus,
  startSimulatedPrometheus,
} from '../../support/simulated-prometheus/start-simulated-prometheus.ts'
import { application, canary, stable, until } from '../../sources/prometheus/diagnosis/case.ts'
import { sourceFor } from '../../sources/prometheus/source-case.ts'
import { type RunningApp, runApp } from '../../support/run-app.ts'

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
const validate = (query: object, token = 'all', url = running.url) =>
  request(url)
    .post('/v1/policies/validate')
    .set('Authorization', `Bearer ${token}-token-0123456789`)
    .set('Content-Type', 'application/yaml')
    .query(query)
    .send(policy)
const names = { namespace: 'shop', name: 'web', canary, stable }

describe('POST /v1/policies/validate', () => {
  test('answers without a probe where no workload is named', async () => {
    const { status, body } = await validate({})
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['valid', 'digest', 'warnings', 'policy'])
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
