import { describe, expect, test } from 'vitest'
import { assess, counted, runAnalysis } from './analysis-run.ts'
import type { Counts } from './analysis-run.ts'
import { readMetric } from './manifests.ts'
import type { MeasurementPhase } from './measure.ts'
import { createControllerLog } from '../controller-log.ts'
import { argoReply, createFakeService } from '../fake-service.ts'
import { createSimulatedClock } from '../simulated-clock.ts'

const none: Counts = {
  measured: 0,
  failed: 0,
  inconclusive: 0,
  consecutiveErrors: 0,
  consecutiveSuccesses: 0,
}
const limits = {
  count: 10,
  failureLimit: 0,
  inconclusiveLimit: 0,
  consecutiveErrorLimit: 4,
  consecutiveSuccessLimit: 0,
}
const phases: Readonly<Record<string, MeasurementPhase>> = {
  s: 'Successful',
  f: 'Failed',
  i: 'Inconclusive',
  e: 'Error',
}

/** The phase of the AnalysisRun after these measurements. */
function phaseAfter(measurements: string, change: Partial<typeof limits>): string {
  let counts = none
  for (const letter of measurements) counts = counted(counts, phases[letter] ?? 'Error')
  return assess({ ...limits, ...change }, counts)?.phase ?? 'Running'
}

describe('assess(limits, counts)', () => {
  test.each([
    ['fails at the first failure', 'f', {}, 'Failed'],
    ['allows as many failures as failureLimit', 'ff', { failureLimit: 2 }, 'Running'],
    ['never fails with failureLimit -1', 'ffff', { failureLimit: -1 }, 'Running'],
    ['is inconclusive at the first inconclusive', 'i', {}, 'Inconclusive'],
    ['is an error after five errors in a row', 'eeeee', {}, 'Error'],
    ['forgets errors after anything else', 'eeeeseeee', {}, 'Running'],
    ['prefers inconclusive to failed', 'fi', { inconclusiveLimit: 0 }, 'Inconclusive'],
    ['prefers error to failed and inconclusive', 'fieeeee', {}, 'Error'],
    ['does not count errors as measurements', 'eees', { count: 2 }, 'Running'],
    ['succeeds at the count', 'ss', { count: 2 }, 'Successful'],
    [
      'passes ten inconclusives at count 10 and limit 10',
      'iiiiiiiiii',
      { inconclusiveLimit: 10 },
      'Successful',
    ],
    [
      'does not pass them with consecutiveSuccessLimit',
      'iiiiiiiiii',
      { inconclusiveLimit: 10, consecutiveSuccessLimit: 1 },
      'Inconclusive',
    ],
    [
      'succeeds at consecutiveSuccessLimit',
      'iss',
      { inconclusiveLimit: 9, consecutiveSuccessLimit: 2 },
      'Successful',
    ],
    ['starts successes anew', 'sisis', { inconclusiveLimit: 9, consecutiveSuccessLimit: 2 }, 'Running'],
    ['starts successes anew after an error', 'ses', { consecutiveSuccessLimit: 2 }, 'Running'],
    [
      'fails at the count without failureLimit and without the successes',
      'fs',
      { count: 2, failureLimit: -1, consecutiveSuccessLimit: 2 },
      'Failed',
    ],
  ])('%s', (_, measurements, change, phase) => {
    expect(phaseAfter(measurements, change)).toBe(phase)
  })
})

describe('runAnalysis(metric)', () => {
  const web = { url: 'http://judge/v1/argo', jsonPath: '{$.argo}' }
  const pass = 'result[1] == "pass"'
  const fail = 'result[1] == "fail"'
  const start = 0
  const deps = () => {
    const clock = createSimulatedClock(start)
    const { call } = createFakeService({
      '/v1/argo': [argoReply('inconclusive'), argoReply('pass'), argoReply('fail')],
    })
    return { call, clock, log: createControllerLog(clock) }
  }
  const metric = (fields: Readonly<Record<string, unknown>>) =>
    readMetric({ name: 'judge', provider: { web }, ...fields })
  const measured = async (fields: Readonly<Record<string, unknown>>): Promise<readonly string[]> =>
    (await runAnalysis(metric(fields), deps())).measurements.map(({ phase }) => phase)

  test('takes what is not a success for a failure when only success is defined', async () => {
    expect(await measured({ successCondition: pass })).toEqual(['Failed'])
  })

  test('takes what is not a failure for a success when only failure is defined', async () => {
    const fields = { failureCondition: fail, count: 3, interval: '1m' }
    expect(await measured(fields)).toEqual(['Successful', 'Successful', 'Failed'])
  })

  test('takes everything for a success without conditions', async () => {
    expect(await measured({})).toEqual(['Successful'])
  })

  test('lets the failure win when both conditions hold', async () => {
    const fields = {
      successCondition: 'result[1] == "inconclusive"',
      failureCondition: 'result[1] == "inconclusive"',
    }
    expect(await measured(fields)).toEqual(['Failed'])
  })

  test('waits for initialDelay, and takes limits that came as strings for numbers', async () => {
    const fields = {
      initialDelay: '2m',
      interval: '30s',
      count: '2',
      inconclusiveLimit: '1',
      successCondition: pass,
      failureCondition: fail,
    }
    const run = await runAnalysis(metric(fields), deps())
    expect(run.phase).toBe('Successful')
    expect(run.measurements.map(({ startedAt }) => startedAt)).toEqual([120_000, 150_000])
  })

  test('sends a GET without a body and gives it ten seconds when the manifest says nothing', async () => {
    const { call, clock, log } = deps()
    await runAnalysis(metric({}), { call, clock, log })
    expect(log.entries[0]).toMatchObject({ method: 'GET', body: '', headers: {} })
  })

  test.each([
    ['an endless metric', { interval: '1m' }, 'needs a count'],
    ['a count without an interval', { count: 2 }, 'interval must be specified'],
    ['a condition of another kind', { successCondition: 'result > 0.9' }, 'expected a condition such as'],
    ['a condition with more to it', { failureCondition: `${fail} || true` }, 'expected a condition such as'],
  ])('refuses %s', async (_, fields, message) => {
    await expect(runAnalysis(metric(fields), deps())).rejects.toThrow(message)
  })

  test('refuses a JSONPath that it would have to guess', async () => {
    const other = metric({ provider: { web: { ...web, jsonPath: '{$.items[*].x}' } } })
    await expect(runAnalysis(other, deps())).rejects.toThrow('expected a JSONPath such as')
  })
})
