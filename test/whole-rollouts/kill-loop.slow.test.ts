import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createRandom, uniform } from '../../src/simulate/random.ts'
import { postgresMissing, type PostgresServer, startPostgres } from '../support/parts/postgres.ts'
import { minute, read, type Scene, setScene } from './roll-out.ts'
import { annsToken, type Killable, processesOn } from './service.ts'

const answerSchema = z.object({ id: z.string(), run: z.string(), kept: z.boolean() })
const decisionSchema = z.object({ id: z.string() })
const timelineSchema = z.object({ decisions: z.array(decisionSchema) })

/** The verdicts and decisions that the service said it keeps. */
interface Acknowledged {
  readonly verdicts: Set<string>
  readonly decisions: Set<string>
}

const rounds = 3

/** Looks at one new rollout after another and decides on one, until the connection breaks. Reports each acknowledgement. */
async function press(scene: Scene<Killable>, round: number, told: Acknowledged, onTold: () => void) {
  const { stable, canary } = scene.world.identity.revisions
  const body = { namespace: 'shop', canaryHash: canary, stableHash: stable, policy: 'istio-service' }
  const looks = async (client: number): Promise<void> => {
    for (let n = 0; ; n++) {
      const name = `web-${round}-${client}-${n}`
      const answer = await scene.ask('/v1/argo', { ...body, service: 'web', name, step: 1, of: 3 })
      if (answer === undefined) return
      const { id, kept } = answerSchema.parse(answer)
      if (kept) told.verdicts.add(id)
      onTold()
    }
  }
  const decisions = async (): Promise<void> => {
    for (let n = 0; ; n++) {
      const request = { namespace: 'shop', name: 'web', decision: 'hold', reason: `${round}/${n}` }
      const answer = await scene.ask('/v1/decisions', request, annsToken)
      if (answer === undefined) return
      told.decisions.add(decisionSchema.parse(answer).id)
      onTold()
    }
  }
  await Promise.all([looks(1), looks(2), decisions()])
}

async function expectNothingLost(scene: Scene<Killable>): Promise<void> {
  const { clock, service, world } = scene
  const random = createRandom('kills')
  const { stable, canary } = world.identity.revisions
  world.setWeight(5)
  await clock.wait(6 * minute)
  const names = { namespace: 'shop', name: 'web', canaryHash: canary, stableHash: stable }
  const first = answerSchema.parse(await scene.ask('/v1/argo', { ...names, policy: 'istio-service' }))
  const told: Acknowledged = { verdicts: new Set([first.id]), decisions: new Set() }
  for (let round = 0; round < rounds; round++) {
    let left = 1 + Math.floor(uniform(random) * 30)
    let killing: Promise<void> | undefined
    await press(scene, round, told, () => {
      left -= 1
      if (left === 0) killing = service.kill()
    })
    await killing
    await service.start()
    for (const id of told.verdicts) await read(service, `/v1/verdicts/${id}`)
    const timeline = timelineSchema.parse(await read(service, `/v1/runs/${first.run}`))
    const stored = new Set(timeline.decisions.map(({ id }) => id))
    expect([...told.decisions].filter((id) => !stored.has(id))).toEqual([])
  }
  expect(told.verdicts.size).toBeGreaterThan(rounds)
  expect(told.decisions.size).toBeGreaterThan(rounds)
}

describe('kill -9 again and again, in the middle of looks and decisions', { timeout: 120_000 }, () => {
  test('loses no acknowledged verdict and no acknowledged decision on SQLite', async () => {
    await using scene = await setScene({ controller: 'argo' }, processesOn({}))
    await expectNothingLost(scene)
  })

  const missing = postgresMissing()
  describe.runIf(missing === undefined)(`on PostgreSQL ${missing ?? ''}`, () => {
    let server: PostgresServer | undefined
    beforeAll(async () => {
      server = await startPostgres()
    })
    afterAll(async () => {
      await server?.stop()
    })

    test('loses none with two replicas', async () => {
      const database = (await server?.createDatabase('kills')) ?? ''
      await using scene = await setScene({ controller: 'argo' }, processesOn({ database, replicas: 2 }))
      await expectNothingLost(scene)
    })
  })
})
