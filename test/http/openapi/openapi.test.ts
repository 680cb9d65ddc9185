import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApi } from '../../../src/http/openapi/openapi.ts'
import { type RunningApp, runApp } from '../../support/service/run-app.ts'

let running: RunningApp
let folder = ''
beforeAll(async () => {
  running = await runApp({
    change: (config) => ({ ...config, publicUrl: 'https://judge.example.org/canary' }),
  })
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-openapi-'))
})
afterAll(async () => {
  await running.app.stop()
  await rm(folder, { recursive: true })
})

const lint = async (document: object) => {
  const file = join(folder, 'openapi.json')
  await writeFile(file, JSON.stringify(document))
  const redocly = join(import.meta.dirname, '../../../node_modules/.bin/redocly')
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  return promisify(execFile)(redocly, ['lint', file, '--extends=recommended', '--format=json'], {
    env,
    cwd: folder,
  }).then(
    ({ stdout }) => ({ ok: true, stdout }),
    (error: unknown) => ({ ok: false, stdout: String(error) }),
  )
}

test('GET /openapi.json is valid, without a warning', async () => {
  const document: unknown = await (await fetch(`${running.url}/openapi.json`)).json()
  expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: 'https://judge.example.org/canary' }] })
  const good = await lint(Object(document))
  expect(JSON.parse(good.stdout)).toMatchObject({ totals: { errors: 0, warnings: 0, ignored: 0 } })
  const bad = await lint({ ...Object(document), paths: { '/x': { get: {} } } })
  expect(bad.ok).toBe(false)
})

test('GET /openapi.json has exactly the routes of the tables, with their bodies, answers and roles', () => {
  const document = openApi(running.app.groups, { version: '1' })
  const routes = running.app.groups.flatMap(({ routes: rows }) => rows).filter(({ hidden }) => !hidden)
  const rows = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, responses, requestBody, security }]) => ({
      method,
      path,
      operationId,
      good: Object.keys(responses).filter((status) => /^[12]/.test(status)),
      types: Object.keys(requestBody?.content ?? {}),
      open: security.length === 0,
    })),
  )
  const expected = routes.map(({ method, path, operationId, answers, body, roles }) => ({
    method,
    path,
    operationId,
    good: Object.keys(answers).filter((status) => /^[12]/.test(status)),
    types: [...body.types],
    open: roles.length === 0,
  }))
  const byId = (a: { operationId: string }, b: { operationId: string }) =>
    a.operationId.localeCompare(b.operationId)
  expect(rows.toSorted(byId)).toEqual(expected.toSorted(byId))
  expect(new Set(routes.map(({ operationId }) => operationId)).size).toBe(routes.length)
})

test('GET /openapi.json says what a decision needs', () => {
  const { components } = openApi(running.app.groups, { version: '1' })
  expect(components.schemas['DecisionRequest']).toMatchObject({
    required: ['namespace', 'name', 'decision', 'reason'],
    additionalProperties: false,
    properties: { scope: { default: 'step' } },
  })
})
