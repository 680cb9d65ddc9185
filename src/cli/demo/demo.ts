import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { type App, createApp } from '../../app/app.ts'
import { type Environment, readConfig } from '../../app/config/config.ts'
import { createLogger } from '../../telemetry/create-logger.ts'
import { type DemoFiles, writeDemoFiles } from './demo-files.ts'

export interface DemoOptions {
  readonly env: Environment
  readonly output: Writable
  /** Resolves when the demo is to end. */
  readonly ended: Promise<unknown>
  readonly version: string
}

/** Runs the service on a store in a folder of its own, says what to try, and takes the folder away at the end. */
export async function demo({ env, output, ended, version }: DemoOptions): Promise<void> {
  // Whoever has read enough, as `head` has, must not keep the folder from being taken away.
  output.on('error', () => undefined)
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-demo-'))
  try {
    const files = await writeDemoFiles(folder)
    const { app, url } = await startApp(folder, files, env)
    output.write(explain(url, files, version))
    await ended
    output.write('\nStopping.\n')
    await app.stop()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Started {
  readonly app: App
  readonly url: string
}

/** On 8080; if that is taken and nobody asked for a port, on a free one. */
async function startApp(folder: string, files: DemoFiles, env: Environment): Promise<Started> {
  try {
    return await startOn('8080', folder, files, env)
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!taken || env['PORT'] !== undefined) throw error
    return startOn('0', folder, files, env)
  }
}

async function startOn(port: string, folder: string, files: DemoFiles, env: Environment): Promise<Started> {
  const { config } = await readConfig({
    HOST: '127.0.0.1',
    PORT: port,
    LOG_LEVEL: 'error',
    ...env,
    DATABASE_URL: `sqlite:${join(folder, 'canary-judge.db')}`,
    CANARY_JUDGE_CONFIG: files.config,
  })
  const app = createApp(config, { logger: createLogger(config.logLevel) })
  const address = await app.start()
  return { app, url: `http://127.0.0.1:${address.port}` }
}

function explain(url: string, { policy, recordings, rollouts }: DemoFiles, version: string): string {
  const judged = rollouts.map(
    ({ request, story }) =>
      `  # ${story}\n  curl -s ${url}/v1/judge --json @${request} -H 'Accept: text/plain'\n`,
  )
  return `canary-judge ${version} serves at ${url} until Ctrl-C, with a store of its own and no Prometheus.

  ${url}/docs      the interface, to read and to try
  ${url}/readyz    whether it takes requests, and how its parts are
  ${url}/metrics   metrics of its own

Judge simulated rollouts, from another terminal (without the Accept header: JSON with every number):

${judged.join('\n')}
What was judged so far, newest first; every verdict is kept with the recording it rests on:

  curl -s ${url}/v1/runs

Check a policy file, with every default filled in; break it and see what it says:

  curl -s ${url}/v1/policies/validate -H 'Content-Type: application/yaml' --data-binary @${policy}

The same rollouts, judged slice by slice without the service (in this folder):

  npm run -s cli -- replay --policy ${policy} --table < ${recordings}
`
}
