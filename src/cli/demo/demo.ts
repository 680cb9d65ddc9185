import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { type App, createApp } from '../../app/app.ts'
import { type Environment, readConfig } from '../../app/config/config.ts'
import { createLogger } from '../../telemetry/create-logger.ts'
import { type DemoFiles, writeDemoFiles } from './demo-files.ts'
import { type Rollouts, simulateRollouts } from './rollouts.ts'

export interface DemoOptions {
  readonly env: Environment
  readonly output: Writable
  /** Resolves when the demo must end. */
  readonly ended: Promise<unknown>
  /** Waits for the length of a simulated minute; rejects when the signal aborts. */
  readonly minute: (signal: AbortSignal) => Promise<void>
  readonly version: string
  /** When the rollouts begin; default: now. */
  readonly beginMs?: number
}

/** Runs the service with a store in a temporary folder and simulated rollouts, and removes the folder at the end. */
export async function demo({
  env,
  output,
  ended,
  minute,
  version,
  beginMs = Date.now(),
}: DemoOptions): Promise<void> {
  // the reader may have closed the output, as `head` does, but the folder must still be removed
  output.on('error', () => undefined)
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-demo-'))
  try {
    const files = await writeDemoFiles(folder)
    const rollouts = simulateRollouts(beginMs)
    const { app, url } = await startApp({ folder, env, files, rollouts })
    output.write(explain(url, files, version))
    try {
      await rollouts.goOn({ url, output, ended, minute })
      output.write('\nStopping.\n')
    } finally {
      await app.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Started {
  readonly app: App
  readonly url: string
}

interface Parts {
  readonly folder: string
  readonly env: Environment
  readonly files: DemoFiles
  readonly rollouts: Rollouts
}

/** Starts on port 8080 or, if that is in use and no port was given, on a free port. */
async function startApp(parts: Parts): Promise<Started> {
  try {
    return await startOn('8080', parts)
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!taken || parts.env['PORT'] !== undefined) throw error
    return startOn('0', parts)
  }
}

async function startOn(port: string, { folder, env, files, rollouts }: Parts): Promise<Started> {
  const { config } = await readConfig({
    HOST: '127.0.0.1',
    PORT: port,
    LOG_LEVEL: 'error',
    ...env,
    CANARY_JUDGE_TOKENS: '',
    DATABASE_URL: `sqlite:${join(folder, 'canary-judge.db')}`,
    CANARY_JUDGE_CONFIG: files.config,
  })
  const { clock, source } = rollouts
  const app = createApp(config, { logger: createLogger(config.logLevel), clock, source })
  const address = await app.start()
  return { app, url: `http://127.0.0.1:${address.port}` }
}

function explain(url: string, { policy, recordings, rollouts }: DemoFiles, version: string): string {
  const judged = rollouts.map(
    ({ request, story }) =>
      `  # ${story}\n  curl -s ${url}/v1/judge --json @${request} -H 'Accept: text/plain'\n`,
  )
  return `Look at the rollouts in a browser: ${url}/

canary-judge ${version} serves there until Ctrl-C, with a store of its own and no Prometheus.

  ${url}/docs      the interface, to read and to try
  ${url}/readyz    whether it takes requests, and how its parts are
  ${url}/metrics   metrics of its own

Judge recorded rollouts, from another terminal (without the Accept header: JSON with every number):

${judged.join('\n')}
What was judged so far, newest first; every verdict is kept with the recording it rests on:

  curl -s ${url}/v1/runs

Check a policy file, with every default filled in; break it and see what it says:

  curl -s ${url}/v1/policies/validate -H 'Content-Type: application/yaml' --data-binary @${policy}

The same recordings, judged slice by slice without the service (in this folder):

  npm run -s cli -- replay --policy ${policy} --table < ${recordings}

Three simulated controllers release six services now, call the service's hooks each minute as Flagger does, and begin
again when they are through. by-hand waits for a person: approve it at ${url}/?name=by-hand. Their news:

`
}
