import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Route } from '../../src/http/route.ts'
import { roles } from '../../src/http/auth/roles.ts'
import { type RunningApp, runApp } from '../support/service/run-app.ts'

let running: RunningApp
beforeAll(async () => {
  const tokens = roles.map((role) => `${role}:${role}:${tokenOf(role)}`)
  running = await runApp({
    env: { CANARY_JUDGE_TOKENS: tokens.join(',') },
    change: (config) => ({
      ...config,
      limits: { ...config.limits, failedLoginsPerMinute: 1e6 },
    }),
  })
})
afterAll(() => running.app.stop())

const tokenOf = (role: string): string => `${role}-token-0123456789`

const routes = (): readonly Route[] => running.app.groups.flatMap((group) => group.routes)
const guarded = (): readonly Route[] => routes().filter(({ roles: wanted }) => wanted.length > 0)

const addressOf = ({ path }: Route): string => `${running.url}${path.replaceAll(/\{\w+\}/g, 'x')}`

/** `METHOD path status` of each route, when all routes are called in the same way. */
const statuses = (
  called: readonly Route[],
  init: (route: Route) => RequestInit,
): Promise<readonly { readonly route: string; readonly status: number }[]> =>
  Promise.all(
    called.map(async (route) => {
      const method = route.method.toUpperCase()
      const { status } = await fetch(addressOf(route), { method, ...init(route) })
      return { route: `${method} ${route.path}`, status }
    }),
  )

const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` })

test('only operation, signing in and out, the documentation and signed links are open to everybody', () => {
  const open = routes().filter(({ roles: wanted }) => wanted.length === 0)
  for (const { path } of open) {
    expect(path).toMatch(/^\/(healthz|readyz|metrics|openapi\.json|sign-(in|out)|docs(\/.*)?|decide)$/)
  }
  expect(guarded().length).toBeGreaterThan(20)
})

test.each([
  ['no token', undefined],
  ['a token that is not configured', bearer('nobody-token-0123456789')],
  ['a token in the wrong place', { Authorization: 'Bearer' }],
])('every guarded route answers 401 to %s, whatever its body', async (_, headers) => {
  const answers = await statuses(guarded(), () => (headers === undefined ? {} : { headers }))
  expect(answers.filter(({ status }) => status !== 401)).toEqual([])
})

test.each(roles)('every route that does not take the role %s answers it 403', async (role) => {
  // a token that may decide may also read
  const has = role === 'decide' ? ['decide', 'read'] : [role]
  const closed = guarded().filter(({ roles: wanted }) => !wanted.some((one) => has.includes(one)))
  expect(closed.length).toBeGreaterThan(1)
  const answers = await statuses(closed, () => ({ headers: bearer(tokenOf(role)) }))
  expect(answers.filter(({ status }) => status !== 403)).toEqual([])
})

const withBody = (type: string, body: string) => (route: Route) => ({
  headers: { ...bearer(tokenOf(route.roles[0] ?? 'read')), 'Content-Type': type },
  body,
})
const takingJson = (): readonly Route[] => guarded().filter(({ body }) => body.form === 'json')

test.each([
  ['text that is no JSON', 'application/json', '{"name":', 400],
  ['a list', 'application/json', '[]', 400],
  ['nothing', 'application/json', '', 400],
  ['an object without anything in it', 'application/json', '{}', 400],
  ['a key that would change a prototype', 'application/json', '{"__proto__":{"x":1}}', 400],
  ['a name that is none', 'application/json', '{"namespace":"shop","name":7}', 400],
  ['a picture', 'image/png', '{}', 415],
])('every route that takes JSON refuses %s', async (_, type, body, expected) => {
  expect(takingJson().length).toBeGreaterThan(10)
  const answers = await statuses(takingJson(), withBody(type, body))
  // the answer may also be that there is no such run
  expect(answers.filter(({ status }) => status !== expected && status !== 404)).toEqual([])
})

test('every route that takes JSON refuses more than the limit', async () => {
  const large = `{"reason":"${'x'.repeat(33 * 2 ** 20)}"}`
  const small = takingJson().filter(({ body }) => body.size === 'normal')
  const answers: unknown[] = []
  for (const route of small.slice(0, 4)) {
    answers.push(...(await statuses([route], withBody('application/json', large))))
  }
  expect(answers).toEqual(answers.map(() => expect.objectContaining({ status: 413 })))
})
