import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Call } from '../controllers/call.ts'
import { callOverHttp } from '../controllers/call-over-http.ts'
import type { SimulatedClock } from '../controllers/simulated-clock.ts'
import { runApp } from '../support/service/run-app.ts'
import { type MainProcess, runMain } from '../support/service/run-main.ts'

export const controllerToken = 'controller-token-0123456789'
export const annsToken = 'ann-token-0123456789'

/** The service under test, as an app in this process or as one or more processes. */
export interface Service {
  /** Each call goes to the next replica. */
  readonly call: Call
  /** The base URLs of the running replicas. */
  readonly urls: () => readonly string[]
  [Symbol.asyncDispose](): Promise<void>
}

export interface Killable extends Service {
  /** Kills all replicas with `kill -9`. */
  kill(): Promise<void>
  start(): Promise<void>
}

/** Starts processes on this database; without a database, one process on a SQLite file. */
export const processesOn =
  (place: { readonly database?: string; readonly replicas?: number }) =>
  (options: ServiceOptions): Promise<Killable> =>
    startProcesses({ ...options, ...place })

export interface ServiceOptions {
  readonly clock: SimulatedClock
  readonly prometheusUrl: string
  /** Further policies besides the bundled ones, by name. */
  readonly policies?: Readonly<Record<string, string>>
}

const entry = join(import.meta.dirname, '../support/service/serve-with-clock.ts')
const tokens = `controller:judge:${controllerToken},ann:decide:${annsToken}`

/** Starts the service in this process, with a store in memory. */
export async function startHere({ clock, prometheusUrl, policies }: ServiceOptions): Promise<Service> {
  const folder = createFolder(policies)
  const app = await runApp({
    env: {
      CANARY_JUDGE_CONFIG: folder.config,
      CANARY_JUDGE_TOKENS: tokens,
      PROMETHEUS_URL: prometheusUrl,
    },
    overrides: { clock },
  })
  return {
    call: callOverHttp(app.url),
    urls: () => [app.url],
    async [Symbol.asyncDispose]() {
      await app.app.stop()
      folder.remove()
    },
  }
}

/** Starts the service as processes on one database: two on PostgreSQL, or one on a SQLite file. */
async function startProcesses(
  options: ServiceOptions & { readonly database?: string; readonly replicas?: number },
): Promise<Killable> {
  const { clock, prometheusUrl, policies, replicas = 1 } = options
  const folder = createFolder(policies)
  const database = options.database ?? `sqlite:${join(folder.path, 'judge.db')}`
  const file = openSync(join(folder.path, 'clock'), 'w+')
  const tellTime = (): void => void writeSync(file, String(clock.now()), 0)
  let running: readonly { readonly main: MainProcess; readonly url: string }[] = []
  let calls = 0

  const start = async (): Promise<void> => {
    tellTime()
    const env = {
      CANARY_JUDGE_CONFIG: folder.config,
      CANARY_JUDGE_TOKENS: tokens,
      PROMETHEUS_URL: prometheusUrl,
      DATABASE_URL: database,
      SIMULATED_CLOCK: join(folder.path, 'clock'),
    }
    running = await Promise.all(
      Array.from({ length: replicas }, async () => {
        const main = await runMain(env, entry)
        return { main, url: `http://127.0.0.1:${String((await main.line('ready'))['port'])}` }
      }),
    )
  }
  const kill = async (): Promise<void> => {
    const killed = running
    running = []
    await Promise.all(killed.map(({ main }) => main[Symbol.asyncDispose]()))
  }
  await start()
  return {
    urls: () => running.map(({ url }) => url),
    async call(url, request) {
      const next = running[calls++ % Math.max(running.length, 1)]
      if (next === undefined) return { failure: 'connect ECONNREFUSED' }
      tellTime()
      return callOverHttp(next.url)(url, request)
    },
    kill,
    start,
    async [Symbol.asyncDispose]() {
      await kill()
      closeSync(file)
      folder.remove()
    },
  }
}

function createFolder(policies: Readonly<Record<string, string>> = {}) {
  const path = mkdtempSync(join(tmpdir(), 'canary-judge-whole-'))
  for (const [name, text] of Object.entries(policies)) writeFileSync(join(path, `${name}.yaml`), text)
  const config = join(path, 'config')
  const limits = 'limits: { readsPerMinute: 100000, decisionsPerMinute: 100000 }'
  writeFileSync(config, `policies: { directory: '${path}' }\n${limits}\n`)
  return { path, config, remove: () => rmSync(path, { recursive: true, force: true }) }
}
