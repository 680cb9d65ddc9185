import type { Browser, Page } from 'playwright-core'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FlaggerRollout, quickPolicy, runFlagger } from '../callers/flagger/flagger-caller.ts'
import { chromiumMissing, startChromium } from '../support/parts/chromium.ts'

const missing = chromiumMissing()
const token = 'ann-token-0123456789'

describe.runIf(missing === undefined)(`people who act, in Chromium ${missing ?? ''}`, () => {
  let browser: Browser
  let running: FlaggerRollout
  let runId = ''
  beforeAll(async () => {
    browser = await startChromium()
    running = await runFlagger({ policy: quickPolicy('approval: manual') })
    await running.begin()
    for (let minutes = 0; minutes < 8; minutes += 1) await running.tick()
    const { items } = await running.store.listRuns({ open: true, limit: 1 })
    runId = items[0]?.id ?? ''
  })
  afterAll(async () => {
    await browser.close()
    await running[Symbol.asyncDispose]()
  })

  const signIn = async (page: Page, path: string): Promise<void> => {
    await page.goto(`${running.url}${path}`)
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${running.url}${path}`)
  }

  test(
    'a person signs in, approves a rollout that waits, and sees it promoted',
    { timeout: 60_000 },
    async () => {
      const page = await browser.newPage()
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => complaints.push(message.text()))
      await signIn(page, `/runs/${runId}`)
      // Chromium writes the 401 of the page that asks for a token to its console.
      expect(complaints.splice(0)).toEqual([expect.stringContaining('401')])
      expect(await page.locator('h1').innerText()).toContain('inconclusive')
      await page.getByLabel('Why').fill('the graphs look fine <b>')
      await page.getByRole('button', { name: 'Approve' }).click()
      await page.getByText('by ann for step 1: the graphs look fine <b>').waitFor()
      await page.getByText('The approve by ann counts from the next look on').waitFor()
      expect((await running.tick()).status).toBe(200)
      await page.locator('h1', { hasText: 'pass' }).waitFor({ timeout: 15_000 })
      await running.hook('post-rollout', { phase: 'Succeeded' })
      await page.getByText(': promoted.').waitFor({ timeout: 15_000 })
      expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0)
      expect(complaints).toEqual([])
      await page.close()
    },
  )

  test('a link of another site leads to the page of those who are signed in', async () => {
    const other = createServer((_, answer) => {
      answer.setHeader('Content-Type', 'text/html')
      answer.end(`<a href="${running.url}/policies">policies</a>`)
    }).listen(0, '127.0.0.2')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const context = await browser.newContext()
    const page = await context.newPage()
    try {
      await signIn(page, '/')
      await page.goto(`http://127.0.0.2:${port}/`)
      await page.getByText('policies').click()
      await page.locator('h1', { hasText: 'Policies' }).waitFor({ timeout: 10_000 })
      expect(page.url()).toBe(`${running.url}/policies`)
    } finally {
      await context.close()
      other.close()
    }
  })
})
