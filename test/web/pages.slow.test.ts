import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parsePolicy } from '../../src/formats/policy/parse-policy.ts'
import { aRun, aVerdict } from '../contract/rows.ts'
import { chromiumMissing, startChromium } from '../support/parts/chromium.ts'
import { runApp } from '../support/service/run-app.ts'
import { minute, rollout, rolloutStart, runJudge, type RunningJudge } from '../support/service/run-judge.ts'

const missing = chromiumMissing()
const hostile = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`
const readToken = 'rita-token-0123456789'

test('GET / shows what to do where nothing was judged', async () => {
  await using running = await runApp()
  const { status, text, headers } = await request(running.url).get('/')
  expect(status).toBe(200)
  expect(text).toContain('Nothing has been judged yet')
  expect(headers['content-security-policy']).toMatch(
    /default-src 'none'; script-src 'self'; style-src 'sha256-/,
  )
})

test('GET / filters by namespace, name and verdict, and shows open runs first', async () => {
  await using running = await runApp()
  const { store, url } = running
  const runs = [
    aRun({ id: 'old', name: 'older', namespace: 'shop', start: 1000 }),
    aRun({ id: 'new', name: 'newer', namespace: 'shop', start: 2000, closedAt: 3000, ending: 'promoted' }),
    aRun({ id: 'pay', name: 'pay', namespace: 'bank', start: 1500 }),
  ]
  for (const run of runs) await store.openRun(run)
  await store.saveVerdict(aVerdict('old', { id: 'v-old', verdict: 'fail', summary: 'fail: slower' }))
  const shown = async (query: string): Promise<readonly string[]> => {
    const { text } = await request(url).get(`/${query}`)
    return [...text.matchAll(/href="\/runs\/([^"]+)"/g)].map(([, id = '']) => id)
  }
  expect(await shown('')).toEqual(['pay', 'old', 'new'])
  expect(await shown('?namespace=shop&name=&verdict=')).toEqual(['old', 'new'])
  expect(await shown('?name=pay')).toEqual(['pay'])
  expect(await shown('?verdict=fail')).toEqual(['old'])
  expect(await shown('?open=false')).toEqual(['new'])
})

test('GET / pages through the runs that have ended', async () => {
  await using running = await runApp()
  for (let index = 0; index < 30; index += 1) {
    const run = aRun({ id: `run-${index}`, name: `web-${index}`, start: index, closedAt: 100 })
    await running.store.openRun(run)
  }
  const first = await request(running.url).get('/')
  const [, next = ''] = /href="(\/\?[^"]*after=[^"]*)"/.exec(first.text) ?? []
  const second = await request(running.url).get(next.replaceAll('&amp;', '&'))
  const count = (text: string): number => text.split('class="rollout"').length - 1
  expect([count(first.text), count(second.text)]).toEqual([25, 5])
})

test('pages ask for the role read, and show only namespaces of the token', async () => {
  const tokens = `rita:read:${readToken},judge:judge:judge-token-0123456789`
  await using running = await runApp({
    env: { CANARY_JUDGE_TOKENS: tokens },
    change: (config) => ({
      ...config,
      tokens: config.tokens.map((token) =>
        token.name === 'rita' ? { ...token, namespaces: ['shop', 'bank'] } : token,
      ),
    }),
  })
  await running.store.openRun(aRun({ id: 'theirs', namespace: 'other', name: 'secret' }))
  const get = (path: string, token: string) =>
    request(running.url).get(path).set('Authorization', `Bearer ${token}`)
  expect((await request(running.url).get('/')).status).toBe(401)
  expect((await get('/', 'judge-token-0123456789')).status).toBe(403)
  const choice = await get('/', readToken)
  expect(choice.text).toContain('href="/?namespace=bank"')
  expect(choice.text).not.toContain('secret')
  expect((await get('/?namespace=other', readToken)).status).toBe(403)
  expect((await get('/runs/theirs', readToken)).status).toBe(404)
})

test('GET /runs/{id} shows a run whose kept policy this release cannot read', async () => {
  await using running = await runApp()
  await running.store.savePolicy('old', 'name: web')
  await running.store.openRun(aRun({ id: 'run-1', policyDigest: 'old' }))
  expect((await request(running.url).get('/runs/run-1')).status).toBe(200)
})

test('GET /runs/{id} marks flaws of the data in its charts, links reasons, and serves its policy', async () => {
  await using running = await runJudge()
  const as = (path: string) =>
    request(running.url).get(path).set('Authorization', 'Bearer ann-token-0123456789')
  for (const fault of ['none', 'none', 'down', 'down'] as const) {
    running.source.fault = fault
    running.clock.ms += 5 * minute
    await running.judge()
  }
  const { items } = await running.store.listRuns({ open: true, limit: 1 })
  const id = items[0]?.id ?? ''
  running.source.fault = 'none'
  running.clock.ms += 5 * minute
  await running.judge()
  const { text } = await as(`/runs/${id}`)
  expect(text.match(/class="mark"/g)).toHaveLength(3)
  expect(text).toContain('<title>Prometheus refused the connection</title>')
  const reasons = [...text.matchAll(/\/docs\/reasons#([\w-]+)/g)].map(([, code = '']) => code)
  const meanings = (await request(running.url).get('/docs/reasons')).text
  expect(reasons.length).toBeGreaterThan(0)
  for (const code of reasons) expect(meanings).toContain(`id="${code}"`)
  const policy = await as(`/runs/${id}/policy.yaml`)
  expect([policy.status, policy.type]).toEqual([200, 'application/yaml'])
  expect(parsePolicy(policy.text).policy.metrics.map(({ name }) => name)).toEqual(['errors'])
})

describe.runIf(missing === undefined)(`the pages of a run in Chromium ${missing ?? ''}`, () => {
  let browser: Browser
  let running: RunningJudge
  let addresses: readonly string[]
  beforeAll(async () => {
    browser = await startChromium()
    running = await runJudge({ fixture: 'errors-x10' })
    const body = { ...rollout, name: hostile }
    for (const passed of [6, 9, 14]) {
      running.clock.ms = rolloutStart + passed * minute + 20_000
      await running.judge(body)
    }
    await running.decide({ namespace: 'shop', name: hostile, decision: 'hold', by: hostile, reason: hostile })
    running.clock.ms += minute
    const { body: judged } = await running.judge(body)
    addresses = [
      '/',
      `/runs/${judged.run}`,
      `/verdicts/${judged.id}`,
      '/policies',
      '/policies/web',
      '/plan',
      '/sign-in',
      '/docs/errors',
      '/docs/reasons',
      '/runs/none',
    ]
  })
  afterAll(async () => {
    await browser.close()
    await running[Symbol.asyncDispose]()
  })

  test.each(['light', 'dark'] as const)(
    'nothing is wrong with any page in %s',
    { timeout: 120_000 },
    async (colorScheme) => {
      const axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
      for (const address of addresses) {
        const page = await browser.newPage({
          colorScheme,
          extraHTTPHeaders: { Authorization: 'Bearer ann-token-0123456789' },
          viewport: { width: 420, height: 800 },
        })
        const complaints: string[] = []
        const elsewhere: string[] = []
        page.on('console', (message) => complaints.push(message.text()))
        page.on('pageerror', (error) => complaints.push(error.message))
        page.on('request', (asked) => {
          if (!asked.url().startsWith(`${running.url}/`)) elsewhere.push(asked.url())
        })
        await page.goto(`${running.url}${address}`, { waitUntil: 'networkidle' })
        expect(await page.title()).toMatch(/ · canary-judge$/)
        expect(await page.locator('img').count()).toBe(0)
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(420)
        await page.evaluate(axe)
        const wrong = await page.evaluate(
          'axe.run().then(({ violations }) => violations.map(({ id }) => id))',
        )
        // Chromium writes the status of a page that is missing to its console
        const unexpected = complaints.filter((text) => address !== '/runs/none' || !text.includes('404'))
        expect([address, wrong, unexpected, elsewhere]).toEqual([address, [], [], []])
        await page.close()
      }
    },
  )

  test('GET /runs/{id} shows hostile text as text, charts, decisions and how to repeat', async () => {
    const [, path = ''] = addresses
    const { text } = await request(running.url).get(path).set('Authorization', 'Bearer ann-token-0123456789')
    expect(text).not.toContain('<img')
    expect(text).toMatch(/<b>hold<\/b> by\s+&lt;img/)
    expect(text).toContain('aria-label="errors: canary and stable over time"')
    expect(text).toContain('class="level-fail"')
    expect(text).toContain('canary-judge replay --policy policy.yaml')
    expect(text.length).toBeLessThan(150_000)
  })
})
