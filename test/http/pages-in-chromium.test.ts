import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumMissing, startChromium } from '../support/parts/chromium.ts'
import { minute, rolloutStart, runJudge, type RunningJudge } from '../support/service/run-judge.ts'

const missing = chromiumMissing()
const hostile = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`
const token = 'ann-token-0123456789'

interface Seen {
  readonly page: Page
  /** The errors of the browser, in its console or as exceptions. */
  readonly complaints: readonly string[]
  /** The requests to addresses outside the service. */
  readonly elsewhere: readonly string[]
}

describe.runIf(missing === undefined)(`the pages in Chromium ${missing ?? ''}`, () => {
  let browser: Browser
  let running: RunningJudge
  beforeAll(async () => {
    browser = await startChromium()
    running = await runJudge({ fixture: 'errors-x10' })
    running.clock.ms = rolloutStart + 14 * minute + 20_000
  })
  afterAll(async () => {
    await browser.close()
    await running.app.stop()
  })

  /** Opens a page of the service; with a body it opens the answer to a POST. */
  const open = async (path: string, body?: object): Promise<Seen> => {
    const page = await browser.newPage()
    const complaints: string[] = []
    const elsewhere: string[] = []
    page.on('console', (message) => {
      if (message.type() !== 'log') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.route('**/*', async (route) => {
      const address = route.request().url()
      if (!address.startsWith(`${running.url}/`)) elsewhere.push(address)
      const isPage = address === `${running.url}${path}`
      const headers = { ...route.request().headers(), authorization: `Bearer ${token}` }
      if (!isPage || body === undefined) return route.continue({ headers })
      const json = { ...headers, 'content-type': 'application/json' }
      return route.continue({ method: 'POST', headers: json, postData: JSON.stringify(body) })
    })
    await page.goto(`${running.url}${path}`, { waitUntil: 'networkidle' })
    return { page, complaints, elsewhere }
  }
  const rollout = {
    namespace: 'shop',
    name: hostile,
    canary: { revision: 'b' },
    stable: { revision: 'a' },
  }

  test('POST /v1/judge shows the verdict, its metrics and its reasons, and loads nothing', async () => {
    const { page, complaints, elsewhere } = await open('/v1/judge', { ...rollout, name: 'web' })
    expect(await page.locator('h1').innerText()).toMatch(
      /^fail: at \d\d:\d\d errors .* at least .* times worse$/,
    )
    expect(await page.title()).toMatch(/^canary-judge: fail, shop\.web\./)
    const cells = await page.locator('td').allInnerTexts()
    expect(cells).toEqual(expect.arrayContaining(['verdict', 'fail', 'errors', 'worse']))
    expect(await page.locator('h1').isVisible()).toBe(true)
    expect([complaints, elsewhere]).toEqual([[], []])
  })

  test('POST /v1/judge shows hostile names and reasons as the text they are', async () => {
    await running.judge({ ...rollout, params: {} })
    const decided = await running.decide({
      namespace: 'shop',
      name: hostile,
      decision: 'reject',
      by: hostile,
      reason: hostile,
    })
    expect(decided.status).toBe(201)
    const { page, complaints, elsewhere } = await open('/v1/judge', rollout)
    expect(await page.locator('td', { hasText: '<img src=x onerror=' }).count()).toBeGreaterThan(1)
    expect(await page.locator('img, script').count()).toBe(0)
    expect(await page.title()).toMatch(/^canary-judge: fail/)
    expect([complaints, elsewhere]).toEqual([[], []])
  })

  test('GET /v1/verdicts/{id} shows what was answered then', async () => {
    const { body } = await running.judge({ ...rollout, name: 'web' })
    const { page, complaints } = await open(new URL(body.links.verdict, running.url).pathname)
    expect(await page.locator('h1').innerText()).toBe(body.summary)
    expect(complaints).toEqual([])
  })

  test.each([
    ['/', 'Rollouts'],
    ['/docs', 'Compares canary and stable'],
    ['/docs/errors', 'Not authenticated'],
  ])('GET %s renders without a complaint, from this service alone', async (path, text) => {
    const { page, complaints, elsewhere } = await open(path)
    await page.getByText(text).first().waitFor({ timeout: 10_000 })
    expect([complaints, elsewhere]).toEqual([[], []])
  })
})
