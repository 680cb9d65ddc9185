import { describe, expect, test } from 'vitest'
import { hookAnswers, verdictsOf } from './answers.ts'
import {
  minute,
  rollOutWithArgo,
  rollOutWithFlagger,
  type SceneOptions,
  setScene,
  start,
  setSceneHere,
} from './roll-out.ts'
import { processesOn } from './service.ts'

const setSceneOfProcess = (options: SceneOptions) => setScene(options, processesOn({}))

/** Kills the service at one time of the rollout with `kill -9`, and starts it again on the same store at another time. */
const planKill = (
  { clock, service }: Awaited<ReturnType<typeof setSceneOfProcess>>,
  downMinute: number,
  upMinute: number,
): void => {
  clock.at(start + downMinute * minute, () => service.kill())
  clock.at(start + upMinute * minute, () => service.start())
}

describe('a service that is killed in the middle of a rollout and comes back', { timeout: 120_000 }, () => {
  test('promotes the same good canary for Argo at the same minutes, in the same run', async () => {
    await using undisturbed = await setSceneHere({ controller: 'argo' })
    const expected = await rollOutWithArgo(undisturbed)
    await using scene = await setSceneOfProcess({ controller: 'argo' })
    planKill(scene, 4.1, 4.4)
    const result = await rollOutWithArgo(scene)
    expect(scene.weights).toEqual([5, 25, 50, 100])
    expect(result.phase).toBe('Healthy')
    const told = (log: typeof result.log) => verdictsOf(log).map(({ verdict, summary }) => [verdict, summary])
    expect(told(result.log)).toEqual(told(expected.log))
    const { runs, steps } = await scene.history()
    expect(runs).toHaveLength(1)
    expect(steps).toMatchObject([{ weight: 5 }, { weight: 25 }, { weight: 50 }])
  })

  test('aborts the same bad canary for Argo, though it was away for three looks', async () => {
    await using scene = await setSceneOfProcess({ controller: 'argo', effect: { errors: 3 } })
    planKill(scene, 2.9, 3.3)
    const result = await rollOutWithArgo(scene)
    expect([result.phase, ...scene.weights]).toEqual(['Degraded', 5, 0])
    const errors = result.analysisRuns[0]?.measurements.filter(({ phase }) => phase === 'Error')
    expect(errors).toHaveLength(2)
  })

  test('promotes the same good canary for Flagger, in the same run', async () => {
    await using scene = await setSceneOfProcess({ controller: 'flagger' })
    planKill(scene, 8.5, 9.03)
    const result = await rollOutWithFlagger(scene)
    expect([result.phase, ...scene.weights]).toEqual(['Succeeded', 5, 25, 50, 0])
    const { runs, steps } = await scene.history()
    expect(runs).toHaveLength(1)
    expect(steps).toMatchObject([{ weight: 5 }, { weight: 25 }, { weight: 50 }])
    expect(hookAnswers(result.log, 'rollout').map(({ status }) => status)).toContainEqual(
      expect.stringContaining('ECONNREFUSED'),
    )
  })
})
