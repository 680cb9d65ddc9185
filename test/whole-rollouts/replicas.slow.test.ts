import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresMissing, type PostgresServer, startPostgres } from '../support/parts/postgres.ts'
import { verdictsOf } from './answers.ts'
import {
  minute,
  rollOutWithArgo,
  rollOutWithFlagger,
  type SceneOptions,
  setScene,
  start,
} from './roll-out.ts'
import { processesOn } from './service.ts'

const missing = postgresMissing()

describe.runIf(missing === undefined)(
  `two replicas on one PostgreSQL, in turn ${missing ?? ''}`,
  { timeout: 120_000 },
  () => {
    let server: PostgresServer | undefined
    let databases = 0
    beforeAll(async () => {
      server = await startPostgres()
    })
    afterAll(async () => {
      await server?.stop()
    })
    const setSceneOfTwo = async (options: SceneOptions) => {
      if (server === undefined) throw new Error('PostgreSQL did not start')
      const database = await server.createDatabase(`whole_${++databases}`)
      return setScene(options, processesOn({ database, replicas: 2 }))
    }

    test('promote a good canary for Argo in one run, each going on where the other was', async () => {
      await using scene = await setSceneOfTwo({ controller: 'argo' })
      const result = await rollOutWithArgo(scene)
      expect([result.phase, ...scene.weights]).toEqual(['Healthy', 5, 25, 50, 100])
      const verdicts = verdictsOf(result.log)
      expect(new Set(verdicts.map(({ run }) => run)).size).toBe(1)
      expect(verdicts.every(({ kept }) => kept)).toBe(true)
      const { runs, steps } = await scene.history()
      expect(runs).toHaveLength(1)
      expect(steps).toMatchObject([{ weight: 5 }, { weight: 25 }, { weight: 50 }])
    })

    test('give the same look the same id, whichever replica answers', async () => {
      await using scene = await setSceneOfTwo({ controller: 'argo' })
      scene.world.setWeight(5)
      await scene.clock.wait(5.5 * minute)
      const { stable, canary } = scene.world.identity.revisions
      const body = { namespace: 'shop', name: 'web', canaryHash: canary, stableHash: stable }
      const look = () => scene.ask('/v1/argo', { ...body, policy: 'istio-service', step: 1, of: 3 })
      const [one, other] = [await look(), await look()]
      expect(one).toEqual(other)
    })

    test('abort a canary with three times the errors for Argo at the first step', async () => {
      await using scene = await setSceneOfTwo({ controller: 'argo', effect: { errors: 3 } })
      const result = await rollOutWithArgo(scene)
      expect([result.phase, ...scene.weights]).toEqual(['Degraded', 5, 0])
    })

    test('promote a good canary for Flagger, though both are killed on the way', async () => {
      await using scene = await setSceneOfTwo({ controller: 'flagger' })
      scene.clock.at(start + 8.5 * minute, () => scene.service.kill())
      scene.clock.at(start + 9.03 * minute, () => scene.service.start())
      const result = await rollOutWithFlagger(scene)
      expect([result.phase, ...scene.weights]).toEqual(['Succeeded', 5, 25, 50, 0])
      const { runs, steps } = await scene.history()
      expect(runs).toHaveLength(1)
      expect(steps).toMatchObject([{ weight: 5 }, { weight: 25 }, { weight: 50 }])
    })

    test('roll a canary with three times the errors back for Flagger at the first step', async () => {
      await using scene = await setSceneOfTwo({ controller: 'flagger', effect: { errors: 3 } })
      const result = await rollOutWithFlagger(scene)
      expect([result.phase, ...scene.weights]).toEqual(['Failed', 5, 0])
    })
  },
)
