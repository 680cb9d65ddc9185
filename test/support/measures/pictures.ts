import type { Browser } from 'playwright-core'
import { fakeSource, fixtureRecording } from '../stand-ins/fake-source.ts'
import { minute, rolloutStart, runJudge, type RunningJudge } from '../service/run-judge.ts'

export interface PictureOf {
  /** File name without its ending. */
  readonly name: string
  readonly path: string
  readonly width: 390 | 1280
  readonly colorScheme: 'light' | 'dark'
}

export interface PictureWorld {
  readonly pages: readonly PictureOf[]
  /** The whole page as a PNG. */
  take(browser: Browser, of: PictureOf): Promise<Buffer>
  [Symbol.asyncDispose](): Promise<void>
}

const cell = 10
const token = 'ann-token-0123456789'
const policy = `
name: web
step: 5m
soak: 0
warmup: 0
approval: manual
metrics:
  - { name: errors, kind: errors }
  - { name: latency, kind: latency, quantile: 0.95 }
  - { name: conversion, kind: conversion }
  - { name: memory, kind: gauge, required: false }
`

/** Starts a service at a fixed time, with one rollout that waits for a person and one that has failed. */
export async function startPictureWorld(): Promise<PictureWorld> {
  const running = await runJudge({ policy, source: fakeSource(fixtureRecording('healthy')) })
  const waiting = await watch(running, 'web')
  running.source.recording = fixtureRecording('latency-x2')
  const failed = await watch(running, 'pay')
  const paths = {
    rollouts: '/',
    waiting: `/runs/${waiting.run}`,
    failed: `/runs/${failed.run}`,
    verdict: `/verdicts/${failed.id}`,
    policy: '/policies/web',
    plan: '/plan?policy=web&conversion=5',
    'sign-in': '/sign-in',
    reasons: '/docs/reasons',
    missing: '/runs/none',
  }
  const sizes = [
    { width: 390, colorScheme: 'dark' },
    { width: 390, colorScheme: 'light' },
    { width: 1280, colorScheme: 'dark' },
    { width: 1280, colorScheme: 'light' },
  ] as const
  return {
    pages: Object.entries(paths).flatMap(([page, path]) =>
      sizes.map((size) => ({ name: `${page}-${size.width}-${size.colorScheme}`, path, ...size })),
    ),
    take: (browser, of) => takePicture(browser, running.url, of),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}

/** Looks once a minute for a quarter of an hour, except for one minute in which the source is down. */
async function watch(running: RunningJudge, name: string): Promise<{ run: string; id: string }> {
  let answer = { run: '', id: '' }
  const step = { index: 0, of: 3, weight: 5, next: 25 }
  for (let passed = 2; passed < 14; passed += 1) {
    running.clock.ms = rolloutStart + passed * minute + 20_000
    running.source.fault = passed === 6 ? 'down' : 'none'
    const { body } = await running.judge({
      namespace: 'shop',
      name,
      canary: { revision: 'b' },
      stable: { revision: 'a' },
      step,
    })
    answer = { run: body.run, id: body.id }
  }
  return answer
}

export async function takePicture(
  browser: Browser,
  url: string,
  { path, width, colorScheme }: PictureOf,
): Promise<Buffer> {
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    colorScheme,
    locale: 'en-GB',
    timezoneId: 'UTC',
    extraHTTPHeaders: { Authorization: `Bearer ${token}`, Accept: 'text/html' },
  })
  await page.goto(`${url}${path}`)
  const png = await page.screenshot({ fullPage: true, animations: 'disabled' })
  await page.close()
  return png
}

export interface Canvas {
  /** A PNG as a data URL, with one cell for each `cell` × `cell` pixels of the picture. */
  shrunk(png: Buffer): Promise<string>
  /** The share of cells whose colour differs clearly; rows that only one of the pictures has count as different. */
  difference(one: string, other: string): Promise<number>
  /** The upper part of a picture as WebP, for documents. */
  cropped(png: Buffer, height: number): Promise<Buffer>
  /** Why pictures cannot be compared here; undefined if the font is the one of the pictures. */
  fontMissing(): Promise<string | undefined>
}

/**
 * Lets Chromium read, shrink and compare pictures, so that no package for PNG is needed. Whole pictures would be 9 MB in
 * the repository, and would differ after each update of Chromium. A change below 2 % of a page is not seen.
 */
export async function openCanvas(browser: Browser): Promise<Canvas> {
  const page = await browser.newPage()
  await page.addScriptTag({ content: canvasScript })
  const call = (name: string, ...values: readonly (string | number)[]): Promise<unknown> =>
    page.evaluate(`${name}(${values.map((value) => JSON.stringify(value)).join()})`)
  const address = (png: Buffer): string => `data:image/png;base64,${png.toString('base64')}`
  return {
    shrunk: async (png) => String(await call('shrunk', address(png), cell)),
    difference: async (one, other) => Number(await call('difference', one, other)),
    async cropped(png, height) {
      const webp = String(await call('cropped', address(png), height))
      return Buffer.from(webp.replace(/^[^,]*,/, ''), 'base64')
    },
    async fontMissing() {
      const [used, expected, other] = [
        await call('widthIn', 'system-ui'),
        await call('widthIn', 'DejaVu Sans'),
        await call('widthIn', 'monospace'),
      ]
      return used === expected && expected !== other
        ? undefined
        : 'Pictures are compared where DejaVu Sans is the font of the system; get it with: apt-get install fonts-dejavu-core'
    },
  }
}

const canvasScript = `
async function pixels(url, scale) {
  const image = new Image()
  image.src = url
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(image.width / scale)
  canvas.height = Math.round(image.height / scale)
  const context = canvas.getContext('2d')
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  return { canvas, data: context.getImageData(0, 0, canvas.width, canvas.height) }
}
async function shrunk(url, cell) { return (await pixels(url, cell)).canvas.toDataURL('image/png') }
async function cropped(url, height) {
  const { canvas } = await pixels(url, 1)
  const part = document.createElement('canvas')
  part.width = canvas.width
  part.height = Math.min(height, canvas.height)
  part.getContext('2d').drawImage(canvas, 0, 0)
  return part.toDataURL('image/webp', 0.8)
}
function widthIn(font) {
  const context = document.createElement('canvas').getContext('2d')
  context.font = '40px ' + font
  return context.measureText('Mjgw 0123 %').width
}
async function difference(one, other) {
  const [{ data: a }, { data: b }] = [await pixels(one, 1), await pixels(other, 1)]
  const height = Math.min(a.height, b.height)
  let changed = Math.abs(a.height - b.height) * a.width
  for (let cell = 0; cell < a.width * height; cell += 1) {
    const apart = [0, 1, 2].map((part) => Math.abs(a.data[cell * 4 + part] - b.data[cell * 4 + part]))
    if (Math.max(...apart) > 40) changed += 1
  }
  return a.width === b.width ? changed / (a.width * Math.max(a.height, b.height)) : 1
}
`
