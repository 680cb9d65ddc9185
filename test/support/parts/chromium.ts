import { existsSync } from 'node:fs'
import type { Browser } from 'playwright-core'

const executablePath = '/usr/bin/chromium'

/** Why the suites that need a browser are skipped; undefined when it is installed. */
export const chromiumMissing = (): string | undefined =>
  existsSync(executablePath) ? undefined : 'Chromium is not installed; get it with: apt-get install chromium'

/** Starts Debian's Chromium without a window and without requests of its own. */
export async function startChromium(): Promise<Browser> {
  const { chromium } = await import('playwright-core')
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
