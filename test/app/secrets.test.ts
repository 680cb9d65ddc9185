import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import request from 'supertest'
import { createLogger } from '../../src/telemetry/create-logger.ts'
import { noBody, noInput } from '../../src/http/request/no-input.ts'
import { route, type RouteGroup } from '../../src/http/route.ts'
import { readConfig } from '../../src/app/config/config.ts'
import { rawRequest } from '../support/service/raw-request.ts'
import { loopback, runApp } from '../support/service/run-app.ts'

const secret = 'S3cret-0123456789-S3cret'
const encoded = Buffer.from(`flagger:${secret}`).toString('base64')

/** Fails as HTTP clients do, with the whole request and its headers as properties of the error. */
const failing: RouteGroup = {
  name: 'failing',
  description: '',
  routes: [
    route({
      method: 'post',
      path: '/v1/failing',
      operationId: 'failing',
      summary: '',
      roles: ['judge'],
      limit: 'none',
      params: noInput,
      query: noInput,
      body: noBody,
      answers: {},
      handle() {
        const error = new Error(
          `connect ECONNREFUSED http://judge:${secret}@prometheus:9090 with Bearer ${secret}`,
        )
        throw Object.assign(error, {
          config: { headers: { Authorization: `Bearer ${secret}` } },
          token: secret,
        })
      },
    }),
  ],
}

test('no line of the log holds a secret, at any level, wherever tokens are used', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-secrets-'))
  const yaml = (more: string) => `
logLevel: debug
tokens: [{name: file, roles: [read], file: token}]
sources:
  default:
    url: http://prometheus
    headers: {X-Key: ${secret}}
    auth: {basic: {username: me, password: ${secret}}}
${more}`
  await writeFile(join(folder, 'judge.yaml'), yaml(''))
  await writeFile(join(folder, 'token'), `${secret}-file`)
  const env = {
    ...loopback,
    DATABASE_URL: 'sqlite::memory:',
    CANARY_JUDGE_CONFIG: join(folder, 'judge.yaml'),
    CANARY_JUDGE_TOKENS: `argo:judge+decide:${secret}`,
  }
  const { files } = await readConfig(env)
  const running = await runApp({
    env,
    overrides: { groups: [failing], files, readConfig: () => readConfig(env) },
  })
  const post = (path: string) => request(running.url).post(path).set('Authorization', `Bearer ${secret}`)
  const answers = await Promise.all([
    post('/v1/failing'),
    request(running.url).post('/v1/failing').set('Authorization', `Basic ${encoded}`),
    request(running.url).get('/v1/runs').set('Authorization', `Bearer ${secret}-wrong`),
    request(running.url).get(`/v1/runs?token=${secret}`).set('Authorization', `Bearer ${secret}-file`),
    request(running.url).get('/v1/nothing').set('Cookie', `session=${secret}`).set('X-Api-Key', secret),
    post('/v1/decisions').send(`{"token": "${secret}", broken`).type('json'),
    post('/v1/decisions').send({
      namespace: 'a',
      name: 'b',
      decision: 'hold',
      reason: 'x',
      password: secret,
    }),
    post('/v1/flagger/rollout').send({ metadata: { token: secret } }),
  ])
  expect(answers.map(({ status }) => status)).toEqual([500, 500, 401, 400, 404, 400, 400, 400])
  const broken = await rawRequest(
    running.port,
    `GET / HTTP/1.1\r\nAuthorization: Bearer ${secret}\r\nbroken\r\n\r\n`,
  )
  await writeFile(join(folder, 'judge.yaml'), yaml(`database: [${secret}]\nlogLevel: *${secret}`))
  await running.app.reload()
  await running.app.stop()
  await rm(folder, { recursive: true })

  const log = running.lines.join('')
  expect(running.lines.length).toBeGreaterThan(10)
  expect(log).toContain('changed files are invalid')
  expect(log).not.toContain(secret)
  expect(log).not.toContain(encoded)
  const sent = answers.map(({ text }) => text).join('') + broken
  expect(sent).not.toContain(secret)
})

test('createLogger() hides what is logged under the names of secrets', () => {
  const lines: string[] = []
  const logger = createLogger('info', { write: (line) => void lines.push(line) })
  logger.info({ token: secret, headers: { authorization: secret }, a: { b: { password: secret } } }, 'x')
  logger.warn({ err: { not: 'an error' } }, `Basic ${encoded}`)
  expect(lines.join('')).not.toContain(secret)
  expect(lines.join('')).not.toContain(encoded)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', msg: 'x', token: '[hidden]' })
})
