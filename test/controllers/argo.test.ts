import { describe, expect, test } from 'vitest'
import { runArgoRollout } from './argo.ts'
import type { ArgoOptions, ArgoResult, Person } from './argo.ts'
import { callsOf, toLines } from './controller-log.ts'
import { argoReply, createFakeService, status, times } from './fake-service.ts'
import type { Reply, NoReply } from './call.ts'
import { readManifests } from './manifests.ts'
import { createSimulatedClock } from './simulated-clock.ts'

const start = Date.parse('2026-11-20T10:00:00Z')
const manifests = readManifests(['rollouts/argo/rollout.yaml', 'rollouts/argo/analysis-template.yaml'])
const before18 = readManifests(['rollouts/argo/rollout.yaml', 'rollouts/argo/v1.7/analysis-template.yaml'])
const pass = argoReply('pass')
const fail = argoReply('fail')
const inconclusive = argoReply('inconclusive')

async function roll(
  answers: readonly (Reply | NoReply)[],
  change: Partial<ArgoOptions> = {},
): Promise<{
  readonly result: ArgoResult
  readonly lines: readonly string[]
  readonly weights: readonly number[]
}> {
  const weights: number[] = []
  const result = await runArgoRollout({
    manifests,
    call: createFakeService({ '/v1/argo': answers }).call,
    clock: createSimulatedClock(start),
    onWeight: (weight) => {
      weights.push(weight)
    },
    stableHash: '6b8d7c5f4b',
    canaryHash: '79c4bfb5d',
    secrets: { 'canary-judge/token': 'secret-of-the-test' },
    ...change,
  })
  return { result, lines: toLines(result.log, start), weights }
}

describe('runArgoRollout', () => {
  test('promotes a healthy canary, each step at its first pass', async () => {
    const answers = [inconclusive, inconclusive, pass, inconclusive, pass, pass]
    const { result, lines, weights } = await roll(answers)
    expect(lines).toEqual([
      '0:00 weight 5',
      '0:00 POST /v1/argo 200 Inconclusive',
      '1:00 POST /v1/argo 200 Inconclusive',
      '2:00 POST /v1/argo 200 Successful',
      '2:00 AnalysisRun Successful',
      '2:00 weight 25',
      '2:00 POST /v1/argo 200 Inconclusive',
      '3:00 POST /v1/argo 200 Successful',
      '3:00 AnalysisRun Successful',
      '3:00 weight 50',
      '3:00 POST /v1/argo 200 Successful',
      '3:00 AnalysisRun Successful',
      '3:00 weight 100',
      '3:00 Healthy',
    ])
    expect(weights).toEqual([5, 25, 50, 100])
    expect(result.phase).toBe('Healthy')
  })

  test('aborts at the first fail', async () => {
    const { result, lines, weights } = await roll([inconclusive, fail])
    expect(lines).toEqual([
      '0:00 weight 5',
      '0:00 POST /v1/argo 200 Inconclusive',
      '1:00 POST /v1/argo 200 Failed',
      '1:00 AnalysisRun Failed',
      '1:00 weight 0',
      '1:00 Degraded',
    ])
    expect(weights).toEqual([5, 0])
    expect(result.message).toBe('Failed: failed (1) > failureLimit (0)')
  })

  test('pauses with the weight kept after 14 inconclusive answers', async () => {
    const { result, lines, weights } = await roll([inconclusive])
    expect(lines).toEqual([
      '0:00 weight 5',
      ...Array.from({ length: 14 }, (_, minute) => `${minute}:00 POST /v1/argo 200 Inconclusive`),
      '13:00 AnalysisRun Inconclusive',
      '13:00 paused: inconclusive',
      '13:00 Paused',
    ])
    expect(weights).toEqual([5])
    expect(result).toMatchObject({ phase: 'Paused', weight: 5 })
  })

  test('aborts after eleven errors in a row, ten seconds apart, when the service is down', async () => {
    const { result, lines } = await roll([{ failure: 'connect ECONNREFUSED' }])
    expect(lines).toEqual([
      '0:00 weight 5',
      '0:00 POST /v1/argo connect ECONNREFUSED Error',
      '0:10 POST /v1/argo connect ECONNREFUSED Error',
      '0:20 POST /v1/argo connect ECONNREFUSED Error',
      '0:30 POST /v1/argo connect ECONNREFUSED Error',
      '0:40 POST /v1/argo connect ECONNREFUSED Error',
      '0:50 POST /v1/argo connect ECONNREFUSED Error',
      '1:00 POST /v1/argo connect ECONNREFUSED Error',
      '1:10 POST /v1/argo connect ECONNREFUSED Error',
      '1:20 POST /v1/argo connect ECONNREFUSED Error',
      '1:30 POST /v1/argo connect ECONNREFUSED Error',
      '1:40 POST /v1/argo connect ECONNREFUSED Error',
      '1:40 AnalysisRun Error',
      '1:40 weight 0',
      '1:40 Degraded',
    ])
    expect(result.message).toBe('Error: consecutiveErrors (11) > consecutiveErrorLimit (10)')
  })

  test('asks again ten seconds after an error and goes on when the service is back', async () => {
    const answers = [inconclusive, { failure: 'no answer', tookMs: 15_001 }, status(503), pass]
    const { lines } = await roll(answers)
    expect(lines.slice(0, 7)).toEqual([
      '0:00 weight 5',
      '0:00 POST /v1/argo 200 Inconclusive',
      '1:00 POST /v1/argo timeout Error',
      '1:25 POST /v1/argo 503 Error',
      '1:35 POST /v1/argo 200 Successful',
      '1:35 AnalysisRun Successful',
      '1:35 weight 25',
    ])
  })

  test('does not count errors as measurements', async () => {
    const { result } = await roll([...times(10, status(500)), ...times(13, inconclusive), pass, fail])
    expect(result.analysisRuns.map((run) => [run.phase, run.measurements.length])).toEqual([
      ['Successful', 24],
      ['Failed', 1],
    ])
  })

  test('counts the next interval from the end of a measurement', async () => {
    const { lines } = await roll([{ ...inconclusive, tookMs: 9000 }, pass])
    expect(lines.slice(1, 3)).toEqual([
      '0:00 POST /v1/argo 200 Inconclusive',
      '1:09 POST /v1/argo 200 Successful',
    ])
  })

  test('goes on to the next weight when a person promotes an inconclusive step', async () => {
    const answers = [...times(14, inconclusive), pass]
    const { lines, weights } = await roll(answers, { onPause: () => 'promote' })
    expect(lines.slice(15, 20)).toEqual([
      '13:00 AnalysisRun Inconclusive',
      '13:00 paused: inconclusive',
      '13:00 promote',
      '13:00 weight 25',
      '13:00 POST /v1/argo 200 Successful',
    ])
    expect(weights).toEqual([5, 25, 50, 100])
  })

  test('analyses the same step again when a person resumes', async () => {
    const clock = createSimulatedClock(start)
    const answers = [...times(14, inconclusive), pass]
    const { lines } = await roll(answers, {
      clock,
      onPause: async (): Promise<Person> => {
        await clock.wait(600_000)
        return 'resume'
      },
    })
    expect(lines.slice(15, 21)).toEqual([
      '13:00 AnalysisRun Inconclusive',
      '13:00 paused: inconclusive',
      '23:00 resume',
      '23:00 POST /v1/argo 200 Successful',
      '23:00 AnalysisRun Successful',
      '23:00 weight 25',
    ])
  })

  test('goes back to weight 0 when a person aborts a paused rollout', async () => {
    const { result, weights } = await roll([inconclusive], { onPause: () => 'abort' })
    expect(weights).toEqual([5, 0])
    expect(result).toMatchObject({ phase: 'Degraded', message: 'aborted by a person' })
  })

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
      canary: '79c4bfb5d',
      stable: '6b8d7c5f4b',
      policy: 'istio-service',
      service: '',
      weight: '5',
      next: '25',
      step: '1',
      of: '3',
      minutes: '10',
    }
    expect(JSON.parse(first?.body ?? '')).toEqual(body)
    expect(JSON.parse(second?.body ?? '')).toEqual({ ...body, weight: '25', next: '50', step: '2' })
    expect(JSON.parse(third?.body ?? '')).toEqual({ ...body, weight: '50', next: '100', step: '3' })
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

  describe('with the template for versions before 1.8', () => {
    test('asks 14 times and passes a step with one pass among them', async () => {
      const { result, lines } = await roll([...times(13, inconclusive), ...times(40, pass)], {
        manifests: before18,
      })
      expect(result.analysisRuns.map((run) => run.measurements.length)).toEqual([14, 14, 14])
      expect(lines[15]).toBe('13:00 AnalysisRun Successful')
      expect(result.phase).toBe('Healthy')
    })

    test('pauses after 14 inconclusive answers', async () => {
      const { result } = await roll([inconclusive], { manifests: before18 })
      expect(result).toMatchObject({ phase: 'Paused', weight: 5 })
    })

    test('aborts at the first fail', async () => {
      const { result } = await roll([...times(7, pass), fail], { manifests: before18 })
      expect(result.phase).toBe('Degraded')
      expect(result.analysisRuns[0]?.measurements).toHaveLength(8)
    })
  })
})
