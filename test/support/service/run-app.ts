import { pino } from 'pino'
import { type App, createApp, type Overrides } from '../../../src/app/app.ts'
import { type Config, type Environment, readConfig } from '../../../src/app/config/config.ts'
import type { Clock, VerdictStore } from '../../../src/judge/ports/ports.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { createLogger } from '../../../src/telemetry/create-logger.ts'

export const t0 = Date.parse('2026-11-20T10:00:00Z')

export interface RunningApp {
  readonly url: string
  readonly port: number
  readonly app: App
  readonly store: VerdictStore
  /** All lines of the log so far. */
  readonly lines: readonly string[]
  readonly clock: { ms: number } & Clock
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts a whole service on a free port of loopback, with its own store in memory and a clock that stands still. */
export async function runApp({
  env = {},
  overrides = {},
  change = (config) => config,
}: {
  readonly env?: Environment
  readonly overrides?: Overrides
  readonly change?: (config: Config) => Config
} = {}): Promise<RunningApp> {
  const lines: string[] = []
  const logger = createLogger('debug', { write: (line) => void lines.push(line) })
  const clock = { ms: t0, now: (): number => clock.ms }
  const reading = await readConfig({ ...loopback, ...env })
  const store = await openStore({ url: 'sqlite::memory:', clock, log: pino({ level: 'silent' }) })
  const app = createApp(change(reading.config), {
    clock,
    logger,
    openStore: async () => store,
    ...overrides,
  })
  const { port } = await app.start()
  const url = `http://127.0.0.1:${port}`
  return { url, port, app, store, lines, clock, [Symbol.asyncDispose]: () => app.stop() }
}

export const loopback = { HOST: '127.0.0.1', PORT: '0', DATABASE_URL: 'sqlite::memory:' }
