import { ConfigError } from '../app/config/config.ts'

/** Where a command finds its Prometheus. */
export interface SourceFlags {
  readonly prometheus?: string
  readonly config?: string | undefined
}

/** Names flags in the mistakes of a configuration, in place of the variables of the service that they stand for. */
export async function withFlagNames<T>(
  { prometheus, config }: SourceFlags,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const mistakes = error.mistakes.map((mistake) => {
      if (prometheus !== undefined && mistake.startsWith('PROMETHEUS_URL:'))
        return mistake.replace('PROMETHEUS_URL', '--prometheus')
      return config === undefined ? mistake : mistake.replace(/^CANARY_JUDGE_CONFIG:/, '--config:')
    })
    throw new ConfigError(mistakes, error.files)
  }
}
