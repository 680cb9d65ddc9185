import { describe, expect, test } from 'vitest'
import type { Person } from './argo.ts'
import { fail, inconclusive, pass, roll, start } from './script.ts'
import { status, times } from '../fake-service.ts'
import { createSimulatedClock } from '../simulated-clock.ts'

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

  test('pauses with the weight kept after 24 inconclusive answers', async () => {
    const { result, lines, weights } = await roll([inconclusive])
    expect(lines).toEqual([
      '0:00 weight 5',
      ...Array.from({ length: 24 }, (_, minute) => `${minute}:00 POST /v1/argo 200 Inconclusive`),
      '23:00 AnalysisRun Inconclusive',
      '23:00 paused: inconclusive',
      '23:00 Paused',
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
    const { result } = await roll([...times(10, status(500)), ...times(23, inconclusive), pass, fail])
    expect(result.analysisRuns.map((run) => [run.phase, run.measurements.length])).toEqual([
      ['Successful', 34],
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
    const answers = [...times(24, inconclusive), pass]
    const { lines, weights } = await roll(answers, { onPause: () => 'promote' })
    expect(lines.slice(25, 30)).toEqual([
      '23:00 AnalysisRun Inconclusive',
      '23:00 paused: inconclusive',
      '23:00 promote',
      '23:00 weight 25',
      '23:00 POST /v1/argo 200 Successful',
    ])
    expect(weights).toEqual([5, 25, 50, 100])
  })

  test('analyses the same step again when a person resumes', async () => {
    const clock = createSimulatedClock(start)
    const answers = [...times(24, inconclusive), pass]
    const { lines } = await roll(answers, {
      clock,
      onPause: async (): Promise<Person> => {
        await clock.wait(600_000)
        return 'resume'
      },
    })
    expect(lines.slice(25, 31)).toEqual([
      '23:00 AnalysisRun Inconclusive',
      '23:00 paused: inconclusive',
      '33:00 resume',
      '33:00 POST /v1/argo 200 Successful',
      '33:00 AnalysisRun Successful',
      '33:00 weight 25',
    ])
  })

  test('goes back to weight 0 when a person aborts a paused rollout', async () => {
    const { result, weights } = await roll([inconclusive], { onPause: () => 'abort' })
    expect(weights).toEqual([5, 0])
    expect(result).toMatchObject({ phase: 'Degraded', message: 'aborted by a person' })
  })
})
