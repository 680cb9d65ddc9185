import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../src/app/config/config.ts'
import { loopback, type RunningApp, runApp } from '../support/service/run-app.ts'

let folder = ''
let running: RunningApp
/** The lines of the log. */
let seen = 0
beforeEach(async () => {
  seen = 0
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-sources-'))
  await mkdir(join(folder, 'policies'))
  await put('judge.yaml', configWith('eu'))
  await put('policies/web.yaml', policy('us'))
  const env = { ...loopback, CANARY_JUDGE_CONFIG: join(folder, 'judge.yaml') }
  const { files } = await readConfig(env)
  running = await runApp({ env, overrides: { files, readConfig: () => readConfig(env) } })
})
afterEach(async () => {
  await running.app.stop()
  await rm(folder, { recursive: true })
})

const put = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text)
const configWith = (source: string): string =>
  `policies: {directory: policies}\nsources: {${source}: {url: 'http://127.0.0.1:9'}}\n`
const policy = (source: string): string =>
  `name: web\nsource: ${source}\nmetrics: [{name: errors, kind: errors}]\n`
/** The new lines since the last call. */
const told = (): readonly unknown[] => {
  const lines = running.lines.slice(seen).map((line): Readonly<Record<string, unknown>> => JSON.parse(line))
  seen = running.lines.length
  return lines.filter(({ msg }) => msg === 'policy').map(({ level, warning }) => [level, warning])
}
const expectation = (known: string, got: string): string =>
  `expected one of the configured sources, which are ${known}; got "${got}"`
const warningsOfWeb = async (): Promise<unknown> => {
  const { body } = await request(running.url).get('/v1/policies')
  return body.policies.find(({ name }: { readonly name: string }) => name === 'web').warnings
}

test('a policy with a source that is not configured is in force, and the log and GET /v1/policies say so', async () => {
  expect(told()).toEqual([['warn', `source: ${expectation('eu', 'us')}`]])
  expect(await warningsOfWeb()).toEqual([{ path: 'source', message: expectation('eu', 'us') }])
})

test('a policy that is mended, or loses its source by a reload of the configuration, is looked at anew', async () => {
  told()
  await put('policies/web.yaml', policy('eu'))
  await running.app.reload()
  expect([told(), await warningsOfWeb()]).toEqual([[], []])
  await put('judge.yaml', configWith('asia'))
  await running.app.reload()
  expect(told()).toEqual([['warn', `source: ${expectation('asia', 'eu')}`]])
  expect(await warningsOfWeb()).toEqual([{ path: 'source', message: expectation('asia', 'eu') }])
})

test('a policy in force loses its source also where the files that are to replace it are wrong', async () => {
  await put('policies/web.yaml', policy('eu'))
  await running.app.reload()
  told()
  await put('policies/web.yaml', 'name: 7')
  await put('judge.yaml', configWith('asia'))
  await running.app.reload()
  expect(told()).toContainEqual(['warn', `source: ${expectation('asia', 'eu')}`])
})

test('POST /v1/policies/validate warns of a source that is not configured', async () => {
  const { status, body } = await request(running.url)
    .post('/v1/policies/validate')
    .set('Content-Type', 'application/yaml')
    .send(policy('us'))
  expect([status, body.valid]).toEqual([200, true])
  expect(body.warnings).toContainEqual({ path: 'source', message: expectation('eu', 'us') })
})
