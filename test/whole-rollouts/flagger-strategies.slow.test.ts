import { describe, expect, test } from 'vitest'
import type { FlaggerOptions, FlaggerResult } from '../controllers/flagger/flagger.ts'
import { withIterations } from '../controllers/flagger/strategies.ts'
import { hookAnswers } from './answers.ts'
import { decide, minute, rollOutWithFlagger, type Scene, setSceneHere, start } from './roll-out.ts'
import { variant } from './policies.ts'
import type { Service } from './service.ts'

type Shape = Parameters<typeof withIterations>[0]

/** The percentage of requests that reach the canary: from the load test while there is no weight, and from `match`. */
const testShare = 30
const strict = variant('istio', 'own', { settings: 'pass: strict' })

function rollOut(
  scene: Scene<Service>,
  shape: Shape,
  options: Partial<FlaggerOptions> & { readonly policy?: string } = {},
): Promise<FlaggerResult> {
  const { clock, world, weights } = scene
  clock.at(start + minute, () => world.setWeight(testShare))
  return rollOutWithFlagger(scene, {
    manifests: withIterations(shape),
    onWeight(weight) {
      weights.push(weight)
      world.setWeight(shape.ab === true && weight > 0 ? testShare : weight)
    },
    ...options,
  })
}

const statusesOf = (result: FlaggerResult, hook: string) =>
  hookAnswers(result.log, hook).map(({ status }) => status)

describe('a whole blue/green rollout by Flagger', () => {
  test('promotes a good canary: confirmed twice, the second time without any stable traffic', async () => {
    await using scene = await setSceneHere({ controller: 'flagger' })
    const result = await rollOut(scene, { iterations: 12 })
    expect(result).toMatchObject({ phase: 'Succeeded', failedChecks: 0 })
    expect(scene.weights).toEqual([100, 0])
    expect(statusesOf(result, 'confirm-promotion')).toEqual([200, 200])
    expect(new Set(statusesOf(result, 'rollback'))).toEqual(new Set([409]))
    const { runs, steps } = await scene.history()
    expect(runs).toMatchObject([{ source: 'flagger', gates: 1, ending: 'promoted' }])
    expect(steps).toMatchObject([{ index: 0, next: 100 }])
    expect(steps[0]?.weight).toBeUndefined()
  })

  test('rolls a canary with three times the errors back before a user meets it', async () => {
    await using scene = await setSceneHere({ controller: 'flagger', effect: { errors: 3 } })
    const result = await rollOut(scene, { iterations: 12 })
    expect([result.phase, ...scene.weights]).toEqual(['Failed'])
    expect(hookAnswers(result.log, 'rollback').at(-1)?.line).toMatch(/fail: at 10:05 errors /)
  })

  test.each([1, 3])(
    'holds the promotion by `pass: strict` with little traffic and %i iterations, in one run, until a person approves',
    async (iterations) => {
      await using scene = await setSceneHere({ controller: 'flagger', rps: 1, policies: strict })
      const onTick = approveAt(start + 30 * minute, scene)
      const result = await rollOut(scene, { iterations }, { policy: 'own', onTick })
      expect(result).toMatchObject({ phase: 'Succeeded', failedChecks: 0 })
      const asked = hookAnswers(result.log, 'confirm-promotion')
      const refused = asked.filter(({ status }) => status !== 200)
      expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([425]))
      expect(refused.length).toBeGreaterThan(5)
      const [first, second] = asked.slice(refused.length)
      expect(first?.line).toMatch(/approved by ann/)
      expect(second?.status).toBe(200)
      expect((await scene.history()).runs).toMatchObject([{ ending: 'promoted' }])
    },
  )
})

describe('a whole A/B rollout by Flagger', () => {
  test('promotes a good canary after its iterations, confirmed once', async () => {
    await using scene = await setSceneHere({ controller: 'flagger' })
    const result = await rollOut(scene, { iterations: 12, ab: true })
    expect(result).toMatchObject({ phase: 'Succeeded', failedChecks: 0 })
    expect(scene.weights).toEqual([100, 0])
    expect(statusesOf(result, 'confirm-promotion')).toEqual([200])
    expect((await scene.history()).runs).toMatchObject([{ gates: 1, ending: 'promoted' }])
  })

  test('rolls back a canary that is slow for the users it got', async () => {
    await using scene = await setSceneHere({ controller: 'flagger', effect: { latency: 1.3 } })
    const result = await rollOut(scene, { iterations: 12, ab: true })
    expect([result.phase, ...scene.weights]).toEqual(['Failed', 100, 0])
    expect(hookAnswers(result.log, 'rollback').at(-1)?.line).toMatch(/fail: at 10:05 p95 /)
  })
})

function approveAt(at: number, { clock, service }: Scene<Service>): FlaggerOptions['onTick'] & {} {
  return async () => {
    if (clock.now() === at) await decide(service, { decision: 'approve', by: 'ann' })
  }
}
