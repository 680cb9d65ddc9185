import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import request from 'supertest'
import { readConfig } from '../../src/app/config/config.ts'
import { type RunningApp, loopback, runApp } from '../support/service/run-app.ts'

let folder = ''
let running: RunningApp

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-reload-'))
  await mkdir(join(folder, 'policies'))
  await put(
    'judge.yaml',
    'policies: {directory: policies}\ntokens: [{name: ann, roles: [read], file: token}]\n',
  )
  await put('token', 'first-token-0123456789')
  await put('policies/web.yaml', policy('web'))
  const env = { ...loopback, CANARY_JUDGE_CONFIG: join(folder, 'judge.yaml') }
  const { files } = await readConfig(env)
  running = await runApp({ env, overrides: { files, readConfig: () => readConfig(env) } })
})
afterEach(async () => {
  await running.app.stop()
  await rm(folder, { recursive: true })
})

const put = (name: string, text: string) => writeFile(join(folder, name), text)
const policy = (name: string) => `name: ${name}\nmetrics: [{name: errors, kind: errors}]\n`
const get = (path: string, token: string) =>
  request(running.url).get(path).set('Authorization', `Bearer ${token}`)
const names = async (token = 'first-token-0123456789') => {
  const { body } = await get('/v1/policies', token)
  const own = body.policies.filter(({ origin }: { origin: string }) => origin === 'user')
  return [body.default, own.map(({ name }: { name: string }) => name)]
}
const parts = async () => (await request(running.url).get('/readyz')).body.parts
const counts = async () =>
  (await request(running.url).get('/metrics')).text
    .split('\n')
    .filter((line) => line.startsWith('canary_judge_reloads_total'))

test('a changed policy file is in force, and a bad one keeps its own policy as it was and says so', async () => {
  expect(await names()).toEqual(['web', ['web']])
  await put('policies/api.yaml', policy('api'))
  await running.app.reload()
  expect(await names()).toEqual([undefined, ['api', 'web']])

  await put('policies/api.yaml', 'name: api\nmetrics: 7\n')
  await put('policies/new.yaml', policy('new'))
  await running.app.reload()
  expect(await names()).toEqual([undefined, ['api', 'new', 'web']])
  const degraded = await parts()
  expect(degraded.policies).toMatchObject({
    status: 'degraded',
    reason: 'api.yaml cannot be used, see the log; all other policies are in force',
  })
  expect(degraded.config.status).toBe('ok')
  const line = running.lines.find((each) => each.includes('changed files are invalid'))
  expect(line).toContain('metrics: expected a list, got 7')
  expect(await counts()).toEqual([
    'canary_judge_reloads_total{what="policies",result="taken"} 1',
    // the watcher may have read the files between the two changes
    expect.stringMatching(/^canary_judge_reloads_total\{what="policies",result="refused"\} [12]$/),
  ])

  await put('policies/api.yaml', policy('api'))
  await running.app.reload()
  expect(await names()).toEqual([undefined, ['api', 'new', 'web']])
  expect((await parts()).policies.status).toBe('ok')
})

test('a rotated token file is in force at once, and the old token no more', async () => {
  await put('token', 'second-token-0123456789')
  await running.app.reload()
  expect((await get('/v1/policies', 'first-token-0123456789')).status).toBe(401)
  expect(await names('second-token-0123456789')).toEqual(['web', ['web']])
})

test('a configuration with mistakes keeps the one before, reports every mistake, and can be corrected', async () => {
  await put('judge.yaml', 'prot: 1\nlogLevel: loud\n')
  await running.app.reload()
  expect(await names()).toEqual(['web', ['web']])
  expect((await parts()).config.status).toBe('degraded')
  const line = running.lines.find((each) => each.includes('changed files are invalid')) ?? '{}'
  expect(JSON.parse(line)).toMatchObject({
    level: 'error',
    what: 'config',
    mistakes: [
      expect.stringContaining('logLevel: expected one of debug'),
      expect.stringContaining('did you mean port?'),
    ],
  })
  await put('judge.yaml', 'logLevel: info\nport: 4711\ntokens: [{name: ann, roles: [read], file: token}]\n')
  await running.app.reload()
  expect((await parts()).config.status).toBe('ok')
  expect(await names()).toEqual([undefined, []])
})

test('what takes a restart is said, and what does not change is not', async () => {
  await put(
    'judge.yaml',
    'trustProxy: 1\nreload: {every: 1m}\nlimits: {connections: 7}\ndatabase: sqlite:other.db\npolicies: {directory: policies}\ntokens: [{name: ann, roles: [read], file: token}]\n',
  )
  await running.app.reload()
  const warnings = running.lines.filter((line) => line.includes('takes a restart'))
  expect(warnings.map((line) => JSON.parse(line).warning)).toEqual([
    'trustProxy has changed, which takes a restart',
    'reloadEveryMs has changed, which takes a restart',
    'limits.connections has changed, which takes a restart',
  ])
})

test('a default policy that does not exist keeps the policies before', async () => {
  await put(
    'judge.yaml',
    'policies: {directory: policies}\ndefaultPolicy: wob\ntokens: [{name: ann, roles: [read], file: token}]\n',
  )
  await running.app.reload()
  expect(await names()).toEqual(['web', ['web']])
  expect(running.lines.find((each) => each.includes('changed files are invalid'))).toContain(
    'web; got \\"wob\\", did you mean web?',
  )
})

test('a directory of policies that vanishes keeps them', async () => {
  await rename(join(folder, 'policies'), join(folder, 'away'))
  await running.app.reload()
  expect(await names()).toEqual(['web', ['web']])
  await rename(join(folder, 'away'), join(folder, 'policies'))
  await running.app.reload()
  expect((await parts()).policies.status).toBe('ok')
})

test('nothing happens when nothing has changed', async () => {
  await running.app.reload()
  await put(
    'judge.yaml',
    'policies: {directory: policies}\ntokens: [{name: ann, roles: [read], file: token}]\n',
  )
  await running.app.reload()
  expect(await counts()).toEqual([])
})

test('a ConfigMap that the kubelet swaps is taken', async () => {
  const mount = join(folder, 'mount')
  const version = async (name: string, policyName: string) => {
    await mkdir(join(mount, name), { recursive: true })
    await writeFile(join(mount, name, 'web.yaml'), policy(policyName))
  }
  await version('..v1', 'one')
  await symlink('..v1', join(mount, '..data'))
  await symlink('..data/web.yaml', join(mount, 'web.yaml'))
  await put('judge.yaml', 'policies: {directory: mount}\ntokens: [{name: ann, roles: [read], file: token}]\n')
  await running.app.reload()
  expect(await names()).toEqual(['one', ['one']])
  await version('..v2', 'two')
  await symlink('..v2', join(mount, '..tmp'))
  await rename(join(mount, '..tmp'), join(mount, '..data'))
  await running.app.reload()
  expect(await names()).toEqual(['two', ['two']])
})

test('a policy whose selector no Prometheus could be asked is refused with its line, and so is its validation', async () => {
  const rate =
    "name: web\nmetrics:\n  - {name: errors, kind: errors, total: 'sum(rate(a_total[5m]))', bad: b_total}\n"
  await put('policies/web.yaml', rate)
  await running.app.reload()
  expect((await parts()).policies).toMatchObject({ status: 'degraded' })
  const place = 'line 3, column 41: metrics[0].total: expected a selector such as http_requests_total'
  expect(running.lines.find((each) => each.includes('changed files are invalid'))).toContain(place)
  const answer = await request(running.url)
    .post('/v1/policies/validate')
    .set('Authorization', 'Bearer first-token-0123456789')
    .type('application/yaml')
    .send(rate)
  expect(answer.body).toMatchObject({
    status: 422,
    code: 'invalid-policy',
    detail: expect.stringContaining(place),
  })
})

test.each([
  ['without its tokens', 'policies: {directory: policies}\n', 'tokens: expected at least one'],
  [
    'cut in the middle of a line',
    'policies: {directory: policies}\ntokens: [{name: ann, roles: [read], file: token}]',
    'up to the middle of a line',
  ],
])('a configuration file %s is refused, and the one before stays', async (_, text, mistake) => {
  await put('judge.yaml', text)
  await running.app.reload()
  expect((await request(running.url).get('/v1/policies')).status).toBe(401)
  expect(await names()).toEqual(['web', ['web']])
  expect((await parts()).config.status).toBe('degraded')
  expect(running.lines.find((each) => each.includes('changed files are invalid'))).toContain(mistake)
})

test('a policy file that is wrong at the start ends nothing, and is named', async () => {
  await running.app.stop()
  await put('policies/api.yaml', 'name: api\nmetrics: 7\n')
  const env = { ...loopback, CANARY_JUDGE_CONFIG: join(folder, 'judge.yaml') }
  running = await runApp({ env })
  expect((await parts()).policies).toMatchObject({
    status: 'degraded',
    reason: 'api.yaml cannot be used, see the log; all other policies are in force',
  })
  // The service cannot know which of the two is the default while one cannot be read.
  expect(await names()).toEqual([undefined, ['web']])
})

test('changed defaults of policies are in force, with their origin; bad ones keep those of before', async () => {
  const tokens = 'policies: {directory: policies}\ntokens: [{name: ann, roles: [judge, read], file: token}]\n'
  const seen = async () => {
    const url = request(running.url).post('/v1/policies/validate')
    const { body } = await url
      .set('Authorization', 'Bearer first-token-0123456789')
      .set('Content-Type', 'application/yaml')
      .send(policy('new'))
    return [body.policy.soakSeconds, body.from.soak, body.digest]
  }
  const page = () => get('/policies/web', 'first-token-0123456789').set('Accept', 'text/html')
  await put('judge.yaml', tokens)
  await running.app.reload()
  const [, , plain] = await seen()

  await put('judge.yaml', `${tokens}defaults: {soak: 7m}\n`)
  await running.app.reload()
  const [soak, from, digest] = await seen()
  expect([soak, from]).toEqual([420, 'defaults of the configuration'])
  expect(digest).not.toBe(plain)
  expect((await page()).text).toContain('<code>soak</code>: defaults of the configuration')

  await put('judge.yaml', `${tokens}defaults: {soka: 7m}\n`)
  await running.app.reload()
  expect(running.lines.join('\n')).toContain('defaults.soka: unknown key \\"soka\\", did you mean soak?')
  expect(await seen()).toEqual([420, 'defaults of the configuration', digest])
})
