import { hash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../src/app/config/config.ts'
import { aRun } from '../contract/rows.ts'
import { loopback, type RunningApp, runApp } from '../support/service/run-app.ts'

const tokenOf = (name: string): string => `${name}-token-0123456789`
const cookieName = 'canary-judge-session'

let running: RunningApp
/** The valid tokens; a test may remove one. */
const configured = { tokens: `ann:decide:${tokenOf('ann')},rita:read:${tokenOf('rita')}` }
beforeAll(async () => {
  running = await runApp({
    env: { CANARY_JUDGE_TOKENS: configured.tokens },
    change: (config) => ({ ...config, limits: { ...config.limits, failedLoginsPerMinute: 5 } }),
  })
  await running.store.openRun(aRun({ id: 'run-1', namespace: 'shop', name: 'web' }))
})
afterAll(() => running.app.stop())

const get = (path: string, cookie = '') =>
  request(running.url).get(path).set('Accept', 'text/html').set('Cookie', cookie)
const csrfIn = (text: string): string => /name="csrf" value="([^"]*)"/.exec(text)?.[1] ?? ''
const post = (path: string, fields: Readonly<Record<string, string>>, cookie = '', origin = running.url) =>
  request(running.url)
    .post(path)
    .type('form')
    .set('Cookie', cookie)
    .set('Origin', origin)
    .set('Accept', 'text/html')
    .send(fields)

async function signIn(token: string, next = '/'): Promise<request.Response> {
  return post('/sign-in', { csrf: csrfIn((await get('/sign-in')).text), token, next })
}
const cookieOf = ({ headers }: request.Response): string =>
  String(headers['set-cookie']).split(';', 1)[0] ?? ''
const signedIn = async (name: string): Promise<string> => cookieOf(await signIn(tokenOf(name)))
const decisions = async (): Promise<readonly string[]> =>
  (await running.store.listDecisions({ namespace: 'shop', name: 'web' })).map(({ reason }) => reason)

test('a browser without a token gets a page to sign in, and leads on to where it wanted to go', async () => {
  const first = await get('/runs/run-1')
  expect([first.status, first.type, first.headers['www-authenticate']]).toEqual([
    401,
    'text/html',
    'Bearer realm="canary-judge"',
  ])
  expect(first.text).toContain('name="next" value="/runs/run-1"')
  const { status, headers } = await signIn(tokenOf('rita'), '/runs/run-1')
  expect([status, headers['location']]).toEqual([303, '/runs/run-1'])
  expect(String(headers['set-cookie'])).toMatch(
    /^canary-judge-session=[\w.-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
  )
  expect(String(headers['set-cookie'])).not.toContain(tokenOf('rita'))
})

test('a session reads pages and the API as far as its token does, and decides without the form of a page nowhere', async () => {
  const cookie = await signedIn('ann')
  expect((await get('/runs/run-1', cookie)).status).toBe(200)
  expect((await get('/v1/runs/run-1', cookie)).status).toBe(200)
  const api = await request(running.url)
    .post('/v1/runs/run-1/decisions')
    .set('Cookie', cookie)
    .send({ decision: 'approve', reason: 'by the API' })
  expect(api.status).toBe(401)
  expect(await decisions()).not.toContain('by the API')
})

test('POST /runs/{id}/decisions keeps what a person decides as the API does', async () => {
  const cookie = await signedIn('ann')
  const page = await get('/runs/run-1', cookie)
  const fields = { csrf: csrfIn(page.text), decision: 'hold', reason: 'the database moves', whole: 'yes' }
  const { status, headers } = await post('/runs/run-1/decisions', fields, cookie)
  expect([status, headers['location']]).toEqual([303, '/runs/run-1#decisions'])
  const kept = await running.store.listDecisions({ namespace: 'shop', name: 'web', runId: 'run-1' })
  expect(kept.at(-1)).toMatchObject({ kind: 'hold', by: 'ann', reason: 'the database moves', scope: 'run' })
  expect((await get('/runs/run-1', cookie)).text).toMatch(
    /<b>hold<\/b>\s+by\s+ann for the run:\s+the database moves/,
  )
  expect(
    running.lines.some((line) => line.includes('decision recorded') && line.includes('"by":"ann"')),
  ).toBe(true)
})

test('without the role there are no buttons, and a form that is sent all the same is refused', async () => {
  const cookie = await signedIn('rita')
  const page = await get('/runs/run-1', cookie)
  expect(page.text).not.toContain('name="decision"')
  const fields = { csrf: csrfIn(page.text), decision: 'approve', reason: 'rita wants it' }
  expect((await post('/runs/run-1/decisions', fields, cookie)).status).toBe(403)
  expect(await decisions()).not.toContain('rita wants it')
})

const noChange: { readonly csrf?: string } = {}

test.each([
  ['without its csrf field', { csrf: '' }, undefined],
  ['with the csrf field of somebody else', { csrf: 'of rita' }, undefined],
  ['from another origin', noChange, 'https://evil.example'],
  ['from a page without an origin', noChange, 'null'],
])('a decision %s is refused', async (what, change, origin) => {
  const cookie = await signedIn('ann')
  const csrf = csrfIn((await get('/runs/run-1', cookie)).text)
  const ofRita = csrfIn((await get('/runs/run-1', await signedIn('rita'))).text)
  const wrong = change.csrf === 'of rita' ? { csrf: ofRita } : change
  const fields = { csrf, decision: 'reject', reason: what, ...wrong }
  expect((await post('/runs/run-1/decisions', fields, cookie, origin)).status).toBe(403)
  expect(await decisions()).not.toContain(what)
})

test('a cookie that was altered is no session', async () => {
  const [name = '', until = '', signature = ''] = (await signedIn('rita'))
    .replace(`${cookieName}=`, '')
    .split('.')
  const ann = Buffer.from('ann').toString('base64url')
  const altered = [
    [ann, until, signature],
    [name, `${until}0`, signature],
    [name, until, signature.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    [name, until, ''],
    ['', '', ''],
  ].map((parts) => `${cookieName}=${parts.join('.')}`)
  for (const cookie of altered) expect([cookie, (await get('/', cookie)).status]).toEqual([cookie, 401])
  expect((await get('/', `${cookieName}=${[name, until, signature].join('.')}`)).status).toBe(200)
})

test.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  'javascript:alert(1)',
  '/.//evil.example',
])('sign-in does not lead elsewhere by next=%j', async (next) => {
  const shown = await get(`/sign-in?next=${encodeURIComponent(next)}`)
  expect(shown.text).toContain('name="next" value="/"')
  expect((await signIn(tokenOf('rita'), next)).headers['location']).toBe('/')
})

test('a session ends after twelve hours, and by signing out', async () => {
  const cookie = await signedIn('rita')
  const page = await get('/', cookie)
  const out = await post('/sign-out', { csrf: csrfIn(page.text) }, cookie)
  expect([out.status, String(out.headers['set-cookie'])]).toEqual([
    303,
    `${cookieName}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`,
  ])
  running.clock.ms += 12 * 3_600_000 - 1
  expect((await get('/', cookie)).status).toBe(200)
  running.clock.ms += 1
  expect((await get('/', cookie)).status).toBe(401)
})

test('a session ends when its token is taken away or becomes another one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-tokens-'))
  const file = join(folder, 'config.yaml')
  const write = (...tokens: readonly (readonly [string, string])[]): Promise<void> =>
    writeFile(
      file,
      JSON.stringify({
        tokens: tokens.map(([name, token]) => ({ name, roles: ['read'], sha256: hash('sha256', token) })),
      }),
    )
  await write(['ann', tokenOf('ann')], ['rita', tokenOf('rita')])
  const env = { ...loopback, CANARY_JUDGE_CONFIG: file }
  await using reloaded = await runApp({
    env,
    overrides: { files: [file], readConfig: () => readConfig(env) },
  })
  const asked = (path: string) => request(reloaded.url).get(path).set('Accept', 'text/html')
  const sign = async (name: string): Promise<string> =>
    cookieOf(
      await request(reloaded.url)
        .post('/sign-in')
        .type('form')
        .set('Origin', reloaded.url)
        .send({ csrf: csrfIn((await asked('/sign-in')).text), token: tokenOf(name) }),
    )
  const [ann, rita] = [await sign('ann'), await sign('rita')]
  const statuses = async () => [
    (await asked('/').set('Cookie', ann)).status,
    (await asked('/').set('Cookie', rita)).status,
  ]
  expect(await statuses()).toEqual([200, 200])
  await write(['ann', `another-${tokenOf('ann')}`])
  await reloaded.app.reload()
  expect(await statuses()).toEqual([401, 401])
  await rm(folder, { recursive: true })
})

test('behind TLS the cookie is sent over TLS alone, and below the path of the public address', async () => {
  await using behind = await runApp({
    env: { CANARY_JUDGE_TOKENS: configured.tokens },
    change: (config) => ({ ...config, publicUrl: 'https://judge.example/canary' }),
  })
  const page = await request(behind.url).get('/sign-in')
  const { headers } = await request(behind.url)
    .post('/sign-in')
    .type('form')
    .set('Origin', 'https://judge.example')
    .send({ csrf: csrfIn(page.text), token: tokenOf('rita'), next: '/policies' })
  expect(headers['location']).toBe('/canary/policies')
  expect(String(headers['set-cookie'])).toMatch(
    /; Path=\/canary; HttpOnly; SameSite=Strict; Max-Age=43200; Secure$/,
  )
})

test('where no tokens are configured this machine decides without signing in, but for forms of other pages', async () => {
  await using local = await runApp()
  await local.store.openRun(aRun({ id: 'run-2', namespace: 'shop', name: 'web' }))
  const page = await request(local.url).get('/runs/run-2')
  expect(page.text).toContain('name="decision"')
  expect(page.text).not.toContain('Sign in')
  const send = (fields: object) =>
    request(local.url).post('/runs/run-2/decisions').type('form').set('Origin', local.url).send(fields)
  const fields = { decision: 'approve', reason: 'looked' }
  expect((await send(fields)).status).toBe(403)
  expect((await send({ ...fields, csrf: csrfIn(page.text) })).status).toBe(303)
})

test('wrong tokens at sign-in are counted as everywhere, say so, and are slowed down', async () => {
  const wrong = await signIn(tokenOf('nobody'), '/policies')
  expect([wrong.status, wrong.type]).toEqual([401, 'text/html'])
  expect(wrong.text).toContain('This token is not one of those configured')
  expect(wrong.text).toContain('name="next" value="/policies"')
  const statuses: number[] = []
  for (let guess = 0; guess < 6; guess += 1) statuses.push((await signIn(tokenOf(`guess${guess}`))).status)
  expect(statuses).toContain(429)
  expect((await signIn(tokenOf('rita'))).status).toBe(303)
})

test.each([
  ['/runs/none', 404, 'Not found'],
  ['/nowhere', 404, 'Not found'],
  ['/?nonsense=1', 400, 'Bad request'],
])('GET %s is a page of its own for browsers, and JSON for others', async (path, status, title) => {
  const cookie = await signedIn('ann')
  const page = await get(path, cookie)
  expect([page.status, page.type]).toEqual([status, 'text/html'])
  expect(page.text).toContain(`<h1>${title}</h1>`)
  const json = await request(running.url).get(path).set('Cookie', cookie).set('Accept', '*/*')
  expect([json.status, json.type]).toEqual([status, 'application/problem+json'])
})
