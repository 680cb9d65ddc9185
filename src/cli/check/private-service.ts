import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../../app/app.ts'
import { type Config, type Environment, readConfig } from '../../app/config/config.ts'
import { createSecret } from '../../app/config/secret.ts'
import { createLogger } from '../../telemetry/create-logger.ts'
import type { Service } from './ask-service.ts'

export interface PrivateService extends Service {
  stop(): Promise<void>
}

export interface PrivateServiceOptions {
  readonly env: Environment
  readonly prometheusUrl: string
  /** The token for Prometheus. */
  readonly token?: string
  /** A policy in addition to the bundled ones. */
  readonly policyText?: string
}

/** A whole service for the time of one command: on loopback, in memory, and protected by a token. */
export async function startPrivateService(options: PrivateServiceOptions): Promise<PrivateService> {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-check-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const token = randomBytes(24).toString('hex')
    const config = await privateConfig(options, token)
    const { policyText } = options
    if (policyText !== undefined) await writeFile(join(folder, 'policy.yaml'), policyText)
    const policies = policyText === undefined ? config.policies : { directory: folder }
    const app = createApp({ ...config, policies }, { logger: createLogger('silent') })
    const { port } = await app.start()
    return {
      url: `http://127.0.0.1:${port}`,
      token,
      async stop() {
        await app.stop()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/**
 * From the environment it uses only the configuration file, for what a Prometheus needs in addition to its address.
 */
async function privateConfig(options: PrivateServiceOptions, ownToken: string): Promise<Config> {
  const { env, prometheusUrl, token } = options
  const file = env['CANARY_JUDGE_CONFIG']
  const { config } = await readConfig({
    ...(file !== undefined && { CANARY_JUDGE_CONFIG: file }),
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: 'sqlite::memory:',
    PROMETHEUS_URL: prometheusUrl,
    CANARY_JUDGE_TOKENS: `check:judge:${ownToken}`,
  })
  const source = config.sources['default']
  if (token === undefined || source === undefined) return config
  const auth = { kind: 'bearer', token: createSecret(token) } as const
  return { ...config, sources: { ...config.sources, default: { ...source, auth } } }
}
