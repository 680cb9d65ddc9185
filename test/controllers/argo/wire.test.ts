import { describe, expect, test } from 'vitest'
import { pass, roll } from './script.ts'
import { callsOf } from '../controller-log.ts'
import { createFakeService, status } from '../fake-service.ts'

describe('runArgoRollout', () => {
  test('sends the state of the Rollout as strings, with the token of the Secret', async () => {
    const { result } = await roll([pass])
    const [first, second, third] = callsOf(result.log)
    expect(first).toMatchObject({
      method: 'POST',
      url: 'http://canary-judge.canary-judge:8080/v1/argo',
      headers: { Authorization: 'Bearer secret-of-the-test', 'Content-Type': 'application/json' },
      timeoutMs: 15_000,
    })
    const body = {
      namespace: 'shop',
      name: 'web',
      canaryHash: '79c4bfb5d',
      stableHash: '6b8d7c5f4b',
      policy: 'istio-service',
      service: '',
      steps: '5,25,50',
      index: '1',
      weight: '5',
      step: '',
      of: '',
      next: '',
      minutes: '10',
      looks: '24',
      selected: '',
    }
    expect(JSON.parse(first?.body ?? '')).toEqual(body)
    expect(JSON.parse(second?.body ?? '')).toEqual({ ...body, index: '3', weight: '25' })
    expect(JSON.parse(third?.body ?? '')).toEqual({ ...body, index: '5', weight: '50' })
  })

  test('ends the analysis with an error before any call when the Secret is missing', async () => {
    const { result, lines } = await roll([pass], { secrets: {} })
    expect(lines).toEqual(['0:00 weight 5', '0:00 AnalysisRun Error', '0:00 weight 0', '0:00 Degraded'])
    expect(result.message).toBe('Error: secret canary-judge/token not found')
  })

  test('takes a 200 that is not JSON for a success, as Argo does up to 1.9.1', async () => {
    const { result } = await roll([status(200, '<html>')])
    expect(result.phase).toBe('Healthy')
    expect(result.analysisRuns[0]?.measurements[0]?.value).toBe('<html>')
  })

  test('keeps the first match as JSON with sorted keys and escapes', async () => {
    const body = JSON.stringify({ argo: [1, 'pass', { b: '<a&b>', a: 1 }] })
    const { result } = await roll([status(200, body)])
    const value = String.raw`[1,"pass",{"a":1,"b":"\u003ca\u0026b\u003e"}]`
    expect(result.analysisRuns[0]?.measurements[0]?.value).toBe(value)
  })

  test.each([
    ['no argo at all', '{}', 'Could not find JSONPath in body: argo is not found'],
    ['an argo that is too short', '{"argo":[1]}', 'cannot fetch 1 from the result'],
    ['an argo that is null', '{"argo":null}', 'cannot fetch 1 from the result'],
  ])('takes JSON with %s for an error', async (_, body, message) => {
    const { result } = await roll([status(200, body), pass])
    expect(result.analysisRuns[0]?.measurements[0]).toMatchObject({ phase: 'Error', message })
  })

  test('follows a redirect with a GET and without the body', async () => {
    const service = createFakeService({
      '/v1/argo': [status(302, '', { location: '/elsewhere' })],
      '/elsewhere': [pass],
    })
    await roll([], { call: service.call })
    expect(service.requests[1]).toMatchObject({
      url: 'http://canary-judge.canary-judge:8080/elsewhere',
      request: { method: 'GET', body: '' },
    })
  })
})
