import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ConfigReading, readConfig } from '../../src/app/config/config.ts'
import { type RunningApp, loopback, runApp } from '../support/service/run-app.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-races-'))
  await mkdir(join(folder, 'policies'))
  await put('judge.yaml', written)
  await put('token', token(0))
  await put('policies/web.yaml', policy('web'))
})
afterEach(() => rm(folder, { recursive: true }))

const written = 'policies: {directory: policies}\ntokens: [{name: ann, roles: [read], file: token}]\n'
const policy = (name: string) => `name: ${name}\nmetrics: [{name: errors, kind: errors}]\n`
const token = (version: number) => `token-of-version-${version}`
const put = (name: string, text: string) => writeFile(join(folder, name), text)

/** A service in which another process changes files right after the n-th read of the configuration. */
const serving = async (afterReading: (reading: number) => Promise<void>): Promise<RunningApp> => {
  const env = { ...loopback, CANARY_JUDGE_CONFIG: join(folder, 'judge.yaml') }
  const { files } = await readConfig(env)
  let readings = 0
  const reading = async (): Promise<ConfigReading> => {
    try {
      return await readConfig(env)
    } finally {
      await afterReading(++readings)
    }
  }
  return runApp({ env, overrides: { files, readConfig: reading } })
}
const status = async (running: RunningApp, version: number) => {
  const path = request(running.url).get('/v1/policies')
  return (await path.set('Authorization', `Bearer ${token(version)}`)).status
}
const partsOf = async (running: RunningApp) => (await request(running.url).get('/readyz')).body.parts
const errorsOf = ({ lines }: RunningApp) => lines.filter((line) => line.includes('"level":"error"'))

test('a token that is revoked while the files are read works no more', async () => {
  await using running = await serving(async (reading) => {
    if (reading === 2) await put('token', token(2))
  })
  await put('token', token(1))
  await running.app.reload()
  expect([await status(running, 1), await status(running, 2)]).toEqual([401, 200])
})

test('what changes before anything is watched is in force from the start', async () => {
  await using running = await serving(async (reading) => {
    if (reading === 1) await put('token', token(1))
  })
  expect([await status(running, 0), await status(running, 1)]).toEqual([401, 200])
  expect(running.lines.filter((line) => line.includes('changed files'))).toEqual([])
})

test('files that break before anything is watched are said, and what was read first is in force', async () => {
  await using running = await serving(async () => put('judge.yaml', 'prot: 1\n'))
  expect(await status(running, 0)).toBe(200)
  expect((await partsOf(running)).config.status).toBe('degraded')
  expect(errorsOf(running)).toHaveLength(1)
})

test('a half-written file that is whole a moment later is no mistake', async () => {
  await using running = await serving(async (reading) => {
    if (reading === 2) await put('judge.yaml', `${written}logLevel: debug\n`)
  })
  await put('judge.yaml', `${written}logLev`)
  await running.app.reload()
  expect((await partsOf(running)).config.status).toBe('ok')
  expect(errorsOf(running)).toEqual([])
})

test('files that are written all the time are used, and stay watched', async () => {
  let version = 0
  let writing = true
  await using running = await serving(async (reading) => {
    if (writing && reading > 1) await put('token', token(++version))
  })
  await put('token', token(++version))
  await running.app.reload()
  writing = false
  await running.app.reload()
  expect(await status(running, version)).toBe(200)
  expect(await status(running, version - 1)).toBe(401)
})

test('an emptied configuration file gives no client access', async () => {
  await using running = await serving(async () => undefined)
  await put('judge.yaml', '')
  await running.app.reload()
  expect((await request(running.url).get('/v1/policies')).status).toBe(401)
  expect(await status(running, 0)).toBe(200)
  expect(errorsOf(running)).toEqual([expect.stringContaining('as there were tokens, got none')])
  await put('judge.yaml', written)
  await running.app.reload()
  expect((await partsOf(running)).config.status).toBe('ok')
})
