import { hash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { roles } from '../../src/http/auth/roles.ts'
import { aRun, aVerdict } from '../contract/rows.ts'
import { type RunningApp, runApp } from '../support/service/run-app.ts'
import { type Refusals, routeTable } from './route-table.ts'

const tokenOf = (name: string): string => `${name}-token-0123456789`
const bodyLimit = 2000
const policy = 'name: web\nmetrics: [{name: errors, kind: errors}]'
let running: RunningApp
beforeAll(async () => {
  const all = roles.map((role) => ({ name: role, roles: [role] }))
  const elsewhere = { name: 'elsewhere', roles, namespaces: ['billing'] }
  const tokens = [...all, { name: 'root', roles }, elsewhere].map((token) => ({
    ...token,
    sha256: hash('sha256', tokenOf(token.name)),
  }))
  const many = { readsPerMinute: 1e6, decisionsPerMinute: 1e6, failedLoginsPerMinute: 1e6 }
  running = await runApp({
    change: (config) => ({
      ...config,
      tokens,
      limits: { ...config.limits, ...many, body: bodyLimit, recording: bodyLimit, largeRecording: bodyLimit },
    }),
  })
  const { run } = await running.store.openRun(aRun({ id: 'run-1', namespace: 'shop', name: 'api' }))
  await running.store.savePolicy(run.policyDigest, policy)
  await running.store.saveVerdict(aVerdict('run-1', { id: 'v-1' }))
})
afterAll(() => running.app.stop())

interface Call {
  readonly method?: string
  readonly token?: string
  readonly type?: string
  readonly body?: object | string
}

async function call(route: string, change: Call): Promise<Response> {
  const [method = '', path = ''] = route.split(' ')
  const { address = path, body: good, form } = routeTable[route] ?? { roles: [] }
  const { token, body = good } = change
  const typeOfText = form === undefined ? 'application/yaml' : 'application/x-www-form-urlencoded'
  const type = change.type ?? (typeof good === 'string' ? typeOfText : 'application/json')
  const csrf = form === undefined || change.body === '' ? '' : `csrf=${await csrfOf(form, token)}&`
  const text = typeof body === 'object' ? JSON.stringify(body) : body === undefined ? body : `${csrf}${body}`
  return fetch(`${running.url}${address}`, {
    method: change.method ?? method,
    redirect: 'manual',
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(form !== undefined && { origin: running.url }),
      ...(text !== undefined && { 'content-type': type }),
    },
    ...(text !== undefined && change.method !== 'GET' && { body: text }),
  })
}

async function csrfOf(path: string, token: string | undefined): Promise<string> {
  const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` }
  const page = await fetch(`${running.url}${path}`, headers === undefined ? {} : { headers })
  return /name="csrf" value="([^"]*)"/.exec(await page.text())?.[1] ?? ''
}

const root = tokenOf('root')
const where = (wanted: (entry: Refusals) => boolean): readonly string[] =>
  Object.entries(routeTable).flatMap(([route, entry]) => (wanted(entry) ? [route] : []))
const guarded = where((entry) => entry.roles.length > 0)
const taking = where(({ body }) => body !== undefined)
const takingJson = where(({ body }) => typeof body === 'object')

test('every route of the service stands in the table, and no other', () => {
  const served = running.app.groups.flatMap((group) =>
    group.routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`),
  )
  expect(served.toSorted()).toEqual(Object.keys(routeTable).toSorted())
})

test('every route that reads a body has one in the table', () => {
  const reading = running.app.groups.flatMap((group) =>
    group.routes.flatMap(({ method, path, body }) =>
      body.form === 'none' ? [] : [`${method.toUpperCase()} ${path}`],
    ),
  )
  expect(reading.toSorted()).toEqual(taking.toSorted())
})

test.each(Object.keys(routeTable))(
  '%s answers its own method, and 405 with Allow to others',
  async (route) => {
    const [own = '', path = ''] = route.split(' ')
    const well = await call(route, { token: root })
    // The recording is the only resource that may be missing here.
    const missing = route.endsWith('/recording') ? [] : [404]
    expect([401, 405, 415, ...missing]).not.toContain(well.status)
    const others = ['PUT', 'DELETE', 'PATCH', 'GET', 'POST'].filter(
      (method) => !(`${method} ${path}` in routeTable),
    )
    expect(others.length).toBeGreaterThan(2)
    for (const method of others) {
      const refused = await call(route, { token: root, method })
      expect([method, refused.status]).toEqual([method, 405])
      expect(refused.headers.get('allow')).toContain(own)
    }
  },
)

test.each(guarded)('%s answers 401 without a token and to a wrong one', async (route) => {
  expect((await call(route, {})).status).toBe(401)
  expect((await call(route, { token: tokenOf('wrong') })).status).toBe(401)
})

test.each(guarded)('%s answers 403 exactly to roles that it is not for', async (route) => {
  for (const role of roles) {
    const { status } = await call(route, { token: tokenOf(role) })
    // `halt` always answers 403, and so does the check of a gate that is not open.
    if (route.endsWith('/halt') || route.endsWith('/check')) continue
    expect([role, status === 403]).toEqual([role, !(routeTable[route]?.roles ?? []).includes(role)])
  }
})

test.each(where(({ elsewhere }) => elsewhere !== undefined))(
  '%s refuses a token of another namespace and does not show what is there',
  async (route) => {
    const answer = await call(route, { token: tokenOf('elsewhere') })
    expect(answer.status).toBe(routeTable[route]?.elsewhere)
    // The answer has nothing about the run, its canary or its verdict.
    expect(await answer.text()).not.toMatch(/"(revision|judged|summary)"/)
  },
)

test('nothing of a namespace is asked for by the routes without a rule for other namespaces', () => {
  const free = where((entry) => entry.roles.length > 0 && entry.elsewhere === undefined)
  expect(free).toEqual([
    'POST /gate/approve',
    'POST /gate/halt',
    'GET /v1/policies',
    'GET /policies',
    'GET /plan',
    'GET /v1/plan',
    'GET /policies/{id}',
  ])
})

test.each(taking)(
  '%s answers 415 to another content type, 413 to a long body, 4xx to nothing',
  async (route) => {
    expect((await call(route, { token: root, type: 'image/png' })).status).toBe(415)
    expect((await call(route, { token: root, body: 'x'.repeat(bodyLimit + 1) })).status).toBe(413)
    expect((await call(route, { token: root, body: '' })).status).toSatisfy(
      (status: number) => status >= 400 && status < 500,
    )
  },
)

test.each(takingJson)('%s names an unknown field, or takes what Flagger may add', async (route) => {
  const { body, loose = false } = routeTable[route] ?? { roles: [] }
  const extra = typeof body === 'object' ? { ...body, nonsense: 1 } : {}
  const answer = await call(route, { token: root, body: extra })
  const text = await answer.text()
  expect([answer.status === 400, text.includes('nonsense')]).toEqual([!loose, !loose])
})

test.each(where(({ roles: wanted, body }) => wanted.length > 0 && body === undefined))(
  '%s answers 400 to a query that it does not know',
  async (route) => {
    const { address = route.split(' ')[1] ?? '' } = routeTable[route] ?? { roles: [] }
    const query = `${address}${address.includes('?') ? '&' : '?'}nonsense=1`
    const headers = { authorization: `Bearer ${root}` }
    const { status } = await fetch(`${running.url}${query}`, { method: route.split(' ')[0] ?? '', headers })
    expect(status).toBe(400)
  },
)
