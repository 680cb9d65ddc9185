import { describe, expect, test } from 'vitest'
import type { FlaggerOptions } from '../controllers/flagger/flagger.ts'
import { hookAnswers } from './answers.ts'
import { variant } from './policies.ts'
import { decide, minute, rollOutWithFlagger, type Scene, setSceneHere, start } from './roll-out.ts'
import type { Service } from './service.ts'

const own = (options: Parameters<typeof variant>[2]) => variant('istio', 'own', options)
const strict = own({ settings: 'pass: strict' })

describe('a whole rollout by Flagger', () => {
  test('promotes a good canary, step by step, without a failed check', async () => {
    await using scene = await setSceneHere({ controller: 'flagger' })
    const result = await rollOutWithFlagger(scene)
    expect(scene.weights).toEqual([5, 25, 50, 0])
    expect(result).toMatchObject({ phase: 'Succeeded', failedChecks: 0 })
    const { runs, steps } = await scene.history()
    expect(runs).toMatchObject([{ source: 'flagger', gates: 3, closedAt: expect.any(String) }])
    expect(steps).toMatchObject([{ weight: 5 }, { weight: 25 }, { weight: 50 }])
    expect(hookAnswers(result.log, 'rollback').map(({ status }) => status)).not.toContain(200)
  })

  test.each([
    ['three times the errors', /fail: at 10:07 errors /, { errors: 3 }],
    ['latency up by 30 percent', /fail: at 10:05 p95 /, { latency: 1.3 }],
  ] as const)(
    'rolls a canary with %s back at the first step, by the rollback hook, which says %s',
    async (_, why, effect) => {
      await using scene = await setSceneHere({ controller: 'flagger', effect })
      const result = await rollOutWithFlagger(scene)
      expect(scene.weights).toEqual([5, 0])
      expect(result.phase).toBe('Failed')
      const last = hookAnswers(result.log, 'rollback').at(-1)
      expect(last?.status).toBe(200)
      expect(last?.line).toMatch(why)
    },
  )

  test('rolls a canary with 20 % less conversion back before it has half of the traffic', async () => {
    await using scene = await setSceneHere({
      controller: 'flagger',
      effect: { conversion: 0.8 },
      policies: own({ conversion: true }),
    })
    const result = await rollOutWithFlagger(scene, { policy: 'own' })
    expect(result.phase).toBe('Failed')
    expect(scene.weights).not.toContain(50)
    expect(hookAnswers(result.log, 'rollback').at(-1)?.line).toMatch(/fail: at 10:11 conversion /)
  })

  describe('of a canary that gets no traffic', () => {
    const rollOut = async (settings: string, maxTicks: number) => {
      await using scene = await setSceneHere({
        controller: 'flagger',
        routes: false,
        policies: own({ settings }),
      })
      const { phase, log, failedChecks } = await rollOutWithFlagger(scene, { policy: 'own', maxTicks })
      const minutes = (scene.clock.now() - start) / minute
      return { phase, failedChecks, weights: scene.weights, minutes, log }
    }

    test('is held at its first step, for as long as a person needs, without a failed check', async () => {
      const { phase, failedChecks, weights, log } = await rollOut('', 80)
      expect([phase, failedChecks, ...weights]).toEqual(['Progressing', 0, 5])
      const asked = hookAnswers(log, 'confirm-traffic-increase').map(({ status }) => status)
      expect(asked[0]).toBe(200)
      expect(new Set(asked.slice(1))).toEqual(new Set([425]))
      expect(hookAnswers(log, 'rollback').at(-1)?.status).toBe(409)
    })

    test('is rolled back at its gate by `onNoData: fail`, never before', async () => {
      const { phase, weights, minutes } = await rollOut('onNoData: fail', 60)
      expect([phase, ...weights]).toEqual(['Failed', 5, 0])
      expect(minutes).toBeGreaterThanOrEqual(10)
    })

    test('goes on at each gate by `onNoData: proceed`', async () => {
      const { phase, weights, minutes } = await rollOut('onNoData: proceed', 60)
      expect([phase, ...weights]).toEqual(['Succeeded', 5, 25, 50, 0])
      expect(minutes).toBeGreaterThanOrEqual(30)
    })

    test('is rolled back when its hold has run out by `then: fail`', async () => {
      const { phase, minutes } = await rollOut('hold: {for: 5m, then: fail}', 60)
      expect(phase).toBe('Failed')
      expect(minutes).toBeGreaterThanOrEqual(15)
    })
  })

  test('goes on when Prometheus was down for two minutes, without a failed check', async () => {
    await using scene = await setSceneHere({ controller: 'flagger', away: { fromMinute: 7.5, minutes: 2 } })
    const result = await rollOutWithFlagger(scene)
    expect(result).toMatchObject({ phase: 'Succeeded', failedChecks: 0 })
    expect(scene.weights).toEqual([5, 25, 50, 0])
    const down = hookAnswers(result.log, 'rollout').filter(({ line }) => line.includes('Prometheus'))
    expect(down.map(({ status }) => status)).toEqual([200, 200])
  })

  test('promotes a good canary with one request a second, without a person', async () => {
    await using scene = await setSceneHere({ controller: 'flagger', rps: 1 })
    const result = await rollOutWithFlagger(scene)
    expect(result).toMatchObject({ phase: 'Succeeded', failedChecks: 0 })
    expect(scene.weights).toEqual([5, 25, 50, 0])
  })

  test('is held by `pass: strict` with little traffic, and promoted once a person has approved each step', async () => {
    await using scene = await setSceneHere({ controller: 'flagger', rps: 1, policies: strict })
    const result = await rollOutWithFlagger(scene, { policy: 'own', onTick: approveAfter(15, scene) })
    expect(result).toMatchObject({ phase: 'Succeeded', failedChecks: 0 })
    expect(scene.weights).toEqual([5, 25, 50, 0])
    const increases = hookAnswers(result.log, 'confirm-traffic-increase').filter(
      ({ status }) => status === 200,
    )
    expect(increases.slice(1).every(({ line }) => line.includes('approved by ann'))).toBe(true)
    expect((scene.clock.now() - start) / minute).toBeGreaterThan(45)
  })

  test('is held by `pass: strict` with little traffic, and rolled back once a person has rejected it', async () => {
    await using scene = await setSceneHere({ controller: 'flagger', rps: 1, policies: strict })
    const result = await rollOutWithFlagger(scene, {
      policy: 'own',
      async onTick({ status }) {
        if (status.weight === 5 && scene.clock.now() === start + 12 * minute)
          await decide(scene.service, { decision: 'reject' })
      },
    })
    expect([result.phase, ...scene.weights]).toEqual(['Failed', 5, 0])
    expect(hookAnswers(result.log, 'rollback').at(-1)?.line).toMatch(/rejected by ann/)
  })
})

type OnTick = NonNullable<FlaggerOptions['onTick']>

/** A person who approves a step that has waited for this many minutes. */
function approveAfter(minutes: number, { clock, service }: Scene<Service>): OnTick {
  let weight = 0
  let since = clock.now()
  return async ({ status }) => {
    if (status.weight !== weight) since = clock.now()
    weight = status.weight
    const waits = weight > 0 && clock.now() - since === minutes * minute
    if (waits) await decide(service, { decision: 'approve', by: 'ann' })
  }
}
