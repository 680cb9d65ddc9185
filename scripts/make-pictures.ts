import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { startChromium } from '../test/support/parts/chromium.ts'
import { startDemoPages } from '../test/support/service/demo-pages.ts'
import { openCanvas, startPictureWorld, takePicture } from '../test/support/measures/pictures.ts'

/**
 * Writes the small pictures with which test/web/pictures.slow.test.ts compares the pages. With --docs it writes the
 * pictures of the demo for the README.
 */
const folder = new URL('../test/web/pictures/', import.meta.url)
const documents = new URL('../docs/pictures/', import.meta.url)
const browser = await startChromium()
const canvas = await openCanvas(browser)
const reason = await canvas.fontMissing()
if (reason !== undefined) throw new Error(reason)

if (process.argv.includes('--docs')) await showDemo()
else await keepPages()
await browser.close()

async function keepPages(): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await using world = await startPictureWorld()
  for (const page of world.pages) {
    const small = await canvas.shrunk(await world.take(browser, page))
    writeFileSync(new URL(`${page.name}.png`, folder), Buffer.from(small.replace(/^[^,]*,/, ''), 'base64'))
  }
}

async function showDemo(): Promise<void> {
  mkdirSync(documents, { recursive: true })
  await using demo = await startDemoPages()
  const pictures = [
    { name: 'rollouts', height: 900 },
    { name: 'waiting', height: 1180 },
  ] as const
  for (const { name, height } of pictures) {
    const path = demo.paths[name] ?? '/'
    const png = await takePicture(browser, demo.url, { name, path, width: 1280, colorScheme: 'light' })
    writeFileSync(new URL(`${name}.webp`, documents), await canvas.cropped(png, height))
  }
}
