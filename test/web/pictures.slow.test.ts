import { existsSync, globSync, readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumMissing, startChromium } from '../support/parts/chromium.ts'
import {
  type Canvas,
  openCanvas,
  type PictureWorld,
  startPictureWorld,
} from '../support/measures/pictures.ts'

const missing = chromiumMissing()
const folder = new URL('pictures/', import.meta.url)
const kept = (name: string): string =>
  `data:image/png;base64,${readFileSync(new URL(`${name}.png`, folder)).toString('base64')}`
/** Other releases of Chromium draw the edges of letters differently. A part that is missing or has moved changes more. */
const tolerated = 0.02

describe.runIf(missing === undefined)(`pictures of the pages in Chromium ${missing ?? ''}`, () => {
  let browser: Browser
  let canvas: Canvas
  let world: PictureWorld
  beforeAll(async () => {
    browser = await startChromium()
    canvas = await openCanvas(browser)
    world = await startPictureWorld()
  })
  afterAll(async () => {
    await browser.close()
    await world[Symbol.asyncDispose]()
  })

  test(
    'every page looks as in its picture, light and dark, narrow and wide',
    { timeout: 240_000 },
    async (context) => {
      const reason = await canvas.fontMissing()
      context.skip(reason !== undefined, reason)
      const names = world.pages.map(({ name }) => name)
      expect(
        globSync('*.png', { cwd: folder })
          .map((file) => file.replace('.png', ''))
          .toSorted(),
      ).toEqual(names.toSorted())
      const others: string[] = []
      for (const page of world.pages) {
        const small = await canvas.shrunk(await world.take(browser, page))
        const share = await canvas.difference(small, kept(page.name))
        if (share > tolerated)
          others.push(`${page.name}: ${(share * 100).toFixed(1)} % is different; npm run pictures`)
      }
      expect(others).toEqual([])
    },
  )

  test('difference() sees another page and another colour scheme', async () => {
    expect(existsSync(folder)).toBe(true)
    const waiting = kept('waiting-1280-light')
    expect(await canvas.difference(waiting, waiting)).toBe(0)
    for (const other of ['failed-1280-light', 'waiting-1280-dark', 'verdict-1280-light']) {
      expect(await canvas.difference(waiting, kept(other))).toBeGreaterThan(tolerated)
    }
  })
})
