import { describe, expect, test } from 'vitest'
import { callsOf } from '../controller-log.ts'
import { createFakeService, status } from '../fake-service.ts'
import { runFlaggerCanary } from './flagger.ts'
import type { FlaggerResult } from './flagger.ts'
import type { Manifest } from '../manifests.ts'
import { createSimulatedClock } from '../simulated-clock.ts'
import type { Call } from '../call.ts'

const start = Date.parse('2026-11-20T10:00:00Z')

const canaryWith = (analysis: object, spec: object = {}): Manifest => ({
  kind: 'Canary',
  name: 'shop-web',
  file: 'inline',
  document: {
    metadata: { name: 'shop-web' },
    spec: {
      targetRef: { kind: 'Deployment', name: 'web' },
      service: { port: 80 },
      analysis: { interval: '10s', threshold: 1, stepWeights: [50], webhooks: [], ...analysis },
      ...spec,
    },
  },
})

async function roll(
  manifest: Manifest,
  call: Call = createFakeService({}).call,
  more: readonly Manifest[] = [],
): Promise<{ readonly result: FlaggerResult; readonly weights: readonly number[] }> {
  const weights: number[] = []
  const result = await runFlaggerCanary({
    manifests: [manifest, ...more],
    secrets: { 'judge/token': 'x' },
    call,
    clock: createSimulatedClock(start),
    onWeight: (weight) => {
      weights.push(weight)
    },
    maxTicks: 20,
  })
  return { result, weights }
}

describe('runFlaggerCanary', () => {
  test('promotes by itself without any hook', async () => {
    const { result, weights } = await roll(canaryWith({}))
    expect(weights).toEqual([50, 0])
    expect(result.phase).toBe('Succeeded')
  })

  test.each([
    [{ stepWeight: 20, maxWeight: 50 }, [20, 40, 60, 0]],
    [{ stepWeight: 40 }, [40, 80, 100, 0]],
  ])('goes up by stepWeight with %j', async (analysis, expected) => {
    const { weights } = await roll(canaryWith({ ...analysis, stepWeights: undefined }))
    expect(weights).toEqual(expected)
  })

  test('takes a hook without a type for rollout, with ten seconds, no retry and no metadata', async () => {
    const hooks = [{ name: 'old', url: 'http://gate/x' }]
    const { call, requests } = createFakeService({ '/x': [status(200)] })
    await roll(canaryWith({ webhooks: hooks }), call)
    expect(requests).toHaveLength(1)
    expect(requests[0]?.request.timeoutMs).toBe(10_000)
    expect(Object.keys(Object(JSON.parse(requests[0]?.request.body ?? '')))).toEqual([
      'checksum',
      'name',
      'namespace',
      'phase',
    ])
  })

  test('stops at the first hook that fails, and sends it to the chat unless muted', async () => {
    const hook = (name: string, muteAlert: boolean) => ({
      name,
      type: 'confirm-traffic-increase',
      url: `http://gate/${name}`,
      muteAlert,
    })
    const gates = createFakeService({ '/loud': [status(403)], '/quiet': [status(403)] })
    const loud = await roll(canaryWith({ webhooks: [hook('loud', false), hook('quiet', true)] }), gates.call)
    expect(new Set(gates.requests.map(({ url }) => url))).toEqual(new Set(['http://gate/loud']))
    expect(new Set(loud.result.alerts)).toEqual(new Set(['Canary traffic increase is waiting for approval.']))
  })

  test.each([
    ['confirm-rollout', 'Waiting'],
    ['confirm-promotion', 'WaitingPromotion'],
  ])('says nothing in chat about a muted %s that holds', async (type, phase) => {
    const hooks = [{ name: 'gate', type, url: 'http://gate/x', muteAlert: true }]
    const { result } = await roll(
      canaryWith({ webhooks: hooks }),
      createFakeService({ '/x': [status(403)] }).call,
    )
    expect(result).toMatchObject({ phase, alerts: [] })
  })

  test('stays promoted when a post-rollout hook fails, and leaves out those after it', async () => {
    const hook = (name: string, type: string) => ({ name, type, url: `http://gate/${name}` })
    const webhooks = [hook('a', 'post-rollout'), hook('b', 'post-rollout'), hook('e', 'event')]
    const service = createFakeService({ '/a': [status(400, 'no')], '/b': [status(200)], '/e': [status(500)] })
    const { result } = await roll(canaryWith({ webhooks }), service.call)
    expect(result.phase).toBe('Succeeded')
    const lines = callsOf(result.log).map(({ line }) => line)
    expect(lines.slice(-3)).toEqual([
      'post-rollout Succeeded 400',
      'event "Post-rollout hook a failed no" 500',
      'event "Promotion completed! Scaling down web.default" 500',
    ])
  })

  test.each([
    ['a date', { 'retry-after': new Date(start + 27_000).toUTCString() }, 7000],
    ['a date that has passed', { 'retry-after': new Date(start).toUTCString() }, 0],
    ['nonsense', { 'retry-after': 'soon' }, 1000],
    ['nothing', {}, 1000],
  ])('retries after a Retry-After with %s', async (_, headers, waitMs) => {
    const hooks = [{ name: 'gate', url: 'http://gate/x', retries: 1 }]
    const service = createFakeService({ '/x': [status(503, '', headers), status(200)] })
    const { result } = await roll(canaryWith({ webhooks: hooks }), service.call)
    const [first, second] = callsOf(result.log)
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBe(waitMs)
  })

  const template: Manifest = {
    kind: 'MetricTemplate',
    name: 'judge',
    file: 'inline',
    document: {
      spec: {
        provider: { type: 'prometheus', address: 'http://judge/prometheus', secretRef: { name: 'judge' } },
        query: 'bad{name="{{ name }}",\n  target="{{target}}"}',
      },
    },
  }
  const metrics = [
    { name: 'bad', templateRef: { name: 'judge' }, thresholdRange: { max: 0 }, interval: '1m' },
  ]
  const sample = (value: string) => status(200, JSON.stringify({ data: { result: [{ value: [1, value] }] } }))

  test('asks the Prometheus of a template after the hooks, with its token', async () => {
    const service = createFakeService({ '/prometheus/api/v1/query': [sample('0')] })
    const { result } = await roll(canaryWith({ metrics }), service.call, [template])
    expect(result.phase).toBe('Succeeded')
    const [first] = service.requests
    expect(new URL(first?.url ?? '').searchParams.get('query')).toBe('bad{name="shop-web", target="web"}')
    expect(first?.request).toMatchObject({
      method: 'GET',
      headers: { Authorization: 'Bearer x' },
      timeoutMs: 5000,
    })
  })

  test.each([
    ['a value out of its range', sample('1')],
    ['no value', status(200, JSON.stringify({ data: { result: [] } }))],
    ['an error', status(503)],
    ['no answer', { failure: 'connect ECONNREFUSED' }],
  ])('counts a metric with %s as a failed check', async (_, reply) => {
    const { call } = createFakeService({ '/prometheus/api/v1/query': [reply] })
    const { result, weights } = await roll(canaryWith({ metrics }), call, [template])
    expect([result.phase, weights]).toEqual(['Failed', [50, 0]])
  })

  test.each([
    ['iterations beside weights', canaryWith({ iterations: 10 })],
    ['match without iterations', canaryWith({ match: [{}] })],
    ['mirrored traffic', canaryWith({ stepWeights: undefined, iterations: 10, mirror: true })],
    ['weights without a router', canaryWith({}, { provider: 'kubernetes' })],
    ['metric checks', canaryWith({ metrics: [{ name: 'request-success-rate' }] })],
    ['no weights', canaryWith({ stepWeights: undefined })],
    ['both kinds of weights', canaryWith({ stepWeight: 5 })],
    ['an interval under ten seconds', canaryWith({ interval: '9s' })],
    ['skipAnalysis', canaryWith({}, { skipAnalysis: true })],
  ])('refuses %s, which it does not simulate', async (_, manifest) => {
    await expect(roll(manifest)).rejects.toThrow()
  })
})
