import { mkdtemp, rm } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MainProcess, runMain } from '../support/service/run-main.ts'

const token = 'ann-token-0123456789'
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-kill-'))
})
afterAll(() => rm(folder, { recursive: true }))

const recording: object = JSON.parse(
  readFileSync(new URL('../fixtures/recordings/healthy.json', import.meta.url), 'utf8'),
)

const start = async (): Promise<{ main: MainProcess; url: string }> => {
  const main = await runMain({
    DATABASE_URL: `sqlite:${join(folder, 'judge.db')}`,
    CANARY_JUDGE_TOKENS: `ann:judge+decide+read:${token}`,
  })
  const { port } = await main.line('ready')
  return { main, url: `http://127.0.0.1:${String(port)}` }
}

const send = async (url: string, path: string, body?: object) => {
  const response = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: Object(await response.json()) }
}

interface Acknowledged {
  readonly verdicts: string[]
  readonly decisions: string[]
}

/** Asks for verdicts and sends decisions without a pause, until the service is gone. */
const busy = async (
  url: string,
  round: number,
  acknowledged: Acknowledged,
  onFirst: () => void,
): Promise<void> => {
  try {
    for (let look = 0; ; look++) {
      const name = `web-${round}-${look}`
      const { body } = await send(url, '/v1/judge', {
        namespace: 'shop',
        name,
        recording,
        at: 60 + (look % 15),
      })
      if (body.kept === true) acknowledged.verdicts.push(body.id)
      const decision = { namespace: 'shop', name: 'api', decision: 'hold', reason: name }
      const decided = await send(url, '/v1/decisions', decision)
      if (decided.status === 201) acknowledged.decisions.push(decided.body.id)
      onFirst()
    }
  } catch {
    // The service was killed, as planned.
  }
}

test('kill -9 at any moment loses no verdict that was answered with kept true, and no decision', async () => {
  const acknowledged: Acknowledged = { verdicts: [], decisions: [] }
  for (let round = 0; round < 4; round++) {
    const { main, url } = await start()
    const some = Promise.withResolvers<void>()
    let answered = 0
    const working = Array.from({ length: 3 }, (_, lane) =>
      busy(url, round * 10 + lane, acknowledged, () => {
        answered += 1
        if (answered === 3 + 2 * round) some.resolve()
      }),
    )
    await some.promise
    main.child.kill('SIGKILL')
    await Promise.all([...working, main.ended])
  }
  expect(acknowledged.verdicts.length).toBeGreaterThan(10)
  const { main, url } = await start()
  for (const id of acknowledged.verdicts) {
    const { status, body } = await send(url, `/v1/verdicts/${id}`)
    expect([status, body.kept]).toEqual([200, true])
    expect((await send(url, `/v1/verdicts/${id}/recording`)).status).toBe(200)
  }
  const last = acknowledged.decisions.length
  expect(last).toBeGreaterThan(10)
  main.child.kill('SIGKILL')
  await main.ended
  const { DatabaseSync } = await import('node:sqlite')
  const db = new DatabaseSync(join(folder, 'judge.db'))
  const stored = new Set(
    db
      .prepare('select id from decisions')
      .all()
      .map(({ id }) => id),
  )
  db.close()
  expect(acknowledged.decisions.filter((id) => !stored.has(id))).toEqual([])
})
