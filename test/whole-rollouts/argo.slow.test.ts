import { describe, expect, test } from 'vitest'
import type { Person } from '../controllers/argo/argo.ts'
import { verdictsOf } from './answers.ts'
import { variant } from './policies.ts'
import { decide, minute, rollOutWithArgo, setSceneHere, start } from './roll-out.ts'

const own = (options: Parameters<typeof variant>[2]) => variant('istio-service', 'own', options)
const strict = own({ settings: 'pass: strict' })

describe('a whole rollout by Argo Rollouts', () => {
  test('promotes a good canary, step by step', async () => {
    await using scene = await setSceneHere({ controller: 'argo' })
    const result = await rollOutWithArgo(scene)
    expect(scene.weights).toEqual([5, 25, 50, 100])
    expect(result).toMatchObject({ phase: 'Healthy', weight: 100 })
    const { runs, steps } = await scene.history()
    expect(runs).toMatchObject([{ source: 'argo', gates: 3 }])
    expect(steps).toMatchObject([{ weight: 5 }, { weight: 25 }, { weight: 50 }])
    expect(verdictsOf(result.log).every(({ kept }) => kept)).toBe(true)
  })

  test.each([
    ['three times the errors', 'errors', { errors: 3 }],
    ['latency up by 30 percent', 'p95', { latency: 1.3 }],
  ] as const)('aborts a canary with %s at the first step, and names %s', async (_, metric, effect) => {
    await using scene = await setSceneHere({ controller: 'argo', effect })
    const result = await rollOutWithArgo(scene)
    expect(scene.weights).toEqual([5, 0])
    expect(result.phase).toBe('Degraded')
    const last = verdictsOf(result.log).at(-1)
    expect(last?.verdict).toBe('fail')
    expect(last?.reasons[0]).toMatchObject({ code: 'worse', metric })
  })

  test('aborts a canary with 20 % less conversion before it has half of the traffic', async () => {
    await using scene = await setSceneHere({
      controller: 'argo',
      effect: { conversion: 0.8 },
      policies: own({ conversion: true }),
    })
    const result = await rollOutWithArgo(scene, { policy: 'own' })
    expect(result.phase).toBe('Degraded')
    expect(scene.weights).not.toContain(50)
    expect(verdictsOf(result.log).at(-1)?.reasons[0]).toMatchObject({
      code: 'worse-at-gate',
      metric: 'conversion',
    })
  })

  test('promotes a good canary whose conversion is judged too', async () => {
    await using scene = await setSceneHere({ controller: 'argo', policies: own({ conversion: true }) })
    const result = await rollOutWithArgo(scene, { policy: 'own' })
    expect(result.phase).toBe('Healthy')
  })

  describe('of a canary that gets no traffic', () => {
    const rollOut = async (settings: string) => {
      await using scene = await setSceneHere({
        controller: 'argo',
        routes: false,
        policies: own({ settings }),
      })
      const { phase, log } = await rollOutWithArgo(scene, { policy: 'own' })
      const minutes = (log.at(-1)?.at ?? 0) / minute - start / minute
      return { phase, weights: scene.weights, minutes, verdicts: verdictsOf(log) }
    }

    test('is held, and paused with its weight kept', async () => {
      const { phase, weights, verdicts } = await rollOut('')
      expect([phase, ...weights]).toEqual(['Paused', 5])
      expect(new Set(verdicts.map(({ verdict }) => verdict))).toEqual(new Set(['inconclusive']))
      expect(verdicts.at(-1)?.reasons.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['no-canary-data', 'hold-expired']),
      )
    })

    test('is paused after as many looks as the Rollout says, each of which says that they are too few', async () => {
      await using scene = await setSceneHere({ controller: 'argo', routes: false })
      const { phase, log } = await rollOutWithArgo(scene, { looks: 8 })
      const summaries = verdictsOf(log).map(({ summary }) => summary)
      expect([phase, summaries.length]).toEqual(['Paused', 8])
      for (const summary of summaries)
        expect(summary).toContain(
          '8 looks are planned for a step of 10 minutes, 24 are needed for it and a hold of 10 minutes',
        )
    })

    test('is aborted at its gate by `onNoData: fail`, never before', async () => {
      const { phase, weights, minutes } = await rollOut('onNoData: fail')
      expect([phase, ...weights]).toEqual(['Degraded', 5, 0])
      expect(minutes).toBeGreaterThanOrEqual(10)
    })

    test('goes on at each gate by `onNoData: proceed`', async () => {
      const { phase, weights, minutes } = await rollOut('onNoData: proceed')
      expect([phase, ...weights]).toEqual(['Healthy', 5, 25, 50, 100])
      expect(minutes).toBeGreaterThanOrEqual(30)
    })

    test('is aborted when its hold has run out by `then: fail`', async () => {
      const { phase, minutes } = await rollOut('hold: {for: 2m, then: fail}')
      expect(phase).toBe('Degraded')
      expect(minutes).toBeGreaterThanOrEqual(12)
    })
  })

  test('goes on when Prometheus was down for two minutes', async () => {
    await using scene = await setSceneHere({ controller: 'argo', away: { fromMinute: 7.5, minutes: 2 } })
    const result = await rollOutWithArgo(scene)
    expect(result.phase).toBe('Healthy')
    expect(scene.weights).toEqual([5, 25, 50, 100])
    const down = verdictsOf(result.log).filter(({ reasons }) =>
      reasons.some(({ code }) => code === 'source-down'),
    )
    expect(down.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'inconclusive'])
  })

  test('promotes a good canary with one request a second, without a person', async () => {
    await using scene = await setSceneHere({ controller: 'argo', rps: 1 })
    const result = await rollOutWithArgo(scene)
    expect(result.phase).toBe('Healthy')
    expect(scene.weights).toEqual([5, 25, 50, 100])
    expect(verdictsOf(result.log).filter(({ verdict }) => verdict === 'pass')).toHaveLength(3)
  })

  test('pauses by `pass: strict` with little traffic for a person, and is promoted once they have approved each step', async () => {
    await using scene = await setSceneHere({ controller: 'argo', rps: 1, policies: strict })
    const result = await rollOutWithArgo(scene, {
      policy: 'own',
      async onPause(): Promise<Person> {
        await scene.clock.wait(5 * minute)
        await decide(scene.service, { decision: 'approve', by: 'ann' })
        return 'resume'
      },
    })
    expect(result.phase).toBe('Healthy')
    expect(scene.weights).toEqual([5, 25, 50, 100])
    expect(result.analysisRuns.map(({ phase }) => phase)).toEqual([
      'Inconclusive',
      'Successful',
      'Inconclusive',
      'Successful',
      'Inconclusive',
      'Successful',
    ])
    const passes = verdictsOf(result.log).filter(({ verdict }) => verdict === 'pass')
    expect(passes.map(({ judged }) => judged)).toEqual(['inconclusive', 'inconclusive', 'inconclusive'])
    expect(passes.every(({ summary }) => summary.includes('approved by ann'))).toBe(true)
  })

  test('pauses by `pass: strict` with little traffic, and is aborted by the analysis when a person has rejected it', async () => {
    await using scene = await setSceneHere({ controller: 'argo', rps: 1, policies: strict })
    const result = await rollOutWithArgo(scene, {
      policy: 'own',
      async onPause(): Promise<Person> {
        await decide(scene.service, { decision: 'reject' })
        return 'resume'
      },
    })
    expect([result.phase, ...scene.weights]).toEqual(['Degraded', 5, 0])
  })
})
