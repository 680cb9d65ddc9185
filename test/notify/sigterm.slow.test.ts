import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { expect, test } from 'vitest'
import { type MessageStandIn, startStandIn } from '../support/stand-ins/message-stand-in.ts'
import { runMain } from '../support/service/run-main.ts'

const subjects = ({ received }: MessageStandIn): readonly string[] =>
  received.map(({ body }): string => JSON.parse(body).subject)

test('SIGTERM loses no message: what is under way is finished or told by the next process', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-sigterm-'))
  await using hook = await startStandIn({ status: 200 }, 'nothing')
  const config = join(folder, 'judge.yaml')
  await writeFile(
    config,
    `notify: {targets: {hook: {type: webhook, url: {file: ${join(folder, 'url')}}}}}\nshutdown: {deadline: 1s}\n`,
  )
  await writeFile(join(folder, 'url'), `${hook.url}\n`)
  const env = { CANARY_JUDGE_CONFIG: config, DATABASE_URL: `sqlite:${join(folder, 'judge.db')}` }
  try {
    await using first = await runMain(env)
    const port = Number((await first.line('ready'))['port'])
    for (const name of ['a', 'b', 'c']) {
      const body = { namespace: 'shop', name, decision: 'hold', reason: 'a move of the database' }
      expect((await request(`http://127.0.0.1:${port}`).post('/v1/decisions').send(body)).status).toBe(201)
    }
    await hook.count(2)
    first.child.kill('SIGTERM')
    expect(await first.ended).toEqual({ code: 0, signal: null })
    expect(subjects(hook)).toEqual(['shop/a', 'shop/b'])
    await using second = await runMain(env)
    await second.line('ready')
    await hook.count(4)
    expect(subjects(hook)).toEqual(['shop/a', 'shop/b', 'shop/b', 'shop/c'])
  } finally {
    await rm(folder, { recursive: true })
  }
}, 120_000)
