import closeWithGrace from 'close-with-grace'
import { createApp } from './app.ts'
import { AppError } from '../errors.ts'
import { ConfigError, type ConfigReading, readConfig } from './config/config.ts'
import { toIssueText } from '../formats/mistakes/issue-text.ts'
import { createLogger } from '../telemetry/create-logger.ts'

/** The time after the deadline of a stop, for closing the store and writing the log. */
const graceMs = 5000

/** Runs the service until a signal. Exits 2 for mistakes in the configuration, 1 for anything else. */
export async function serve(): Promise<void> {
  try {
    await start(await readConfig())
  } catch (error) {
    // eslint-disable-next-line no-console -- there may be no logger yet, and this is for people
    console.error(explain(error))
    process.exit(isMistake(error) ? 2 : 1)
  }
}

async function start({ config, warnings, files }: ConfigReading): Promise<void> {
  const logger = createLogger(config.logLevel)
  const app = createApp(config, { logger, files, readConfig: () => readConfig() })
  const { delayMs, deadlineMs } = config.shutdown
  // set up before anything is awaited, because PID 1 ignores signals without a handler
  closeWithGrace({ delay: delayMs + deadlineMs + graceMs, logger }, async ({ signal, err }) => {
    if (err !== undefined) logger.error({ err }, 'stopping after an uncaught error')
    else logger.info({ signal }, 'signal received')
    await app.stop()
  })
  for (const warning of warnings) logger.warn({ warning }, 'configuration')
  await app.start()
}

const isMistake = (error: unknown): boolean =>
  error instanceof ConfigError || (error instanceof AppError && error.code === 'invalid-policy')

function explain(error: unknown): string {
  if (error instanceof ConfigError) return list(error.message, error.mistakes)
  if (error instanceof AppError) return list(error.message, error.issues.map(toIssueText))
  return `canary-judge: ${error instanceof Error ? error.message : String(error)}`
}

const list = (title: string, lines: readonly string[]): string =>
  [`canary-judge: ${title}`, ...lines.map((line) => `  ${line}`)].join('\n')
