import type { Logger } from 'pino'
import type { Config } from './config/config.ts'
import { httpSettingsOf } from './http-settings-of.ts'
import { isLoopback } from '../http/auth/is-loopback.ts'
import { type Anonymous, createTokenTable } from '../http/auth/token-table.ts'

/** The configuration in force, and what is derived from it. A reload replaces both together. */
export function activeConfig(initial: Config, logger: Logger) {
  const derive = (config: Config) => ({
    config,
    settings: httpSettingsOf(config),
    tokens: createTokenTable(config.tokens, anonymousOf(config)),
  })
  let force = derive(initial)
  return {
    current: () => force.config,
    settings: () => force.settings,
    tokens: () => force.tokens,
    take(config: Config) {
      force = derive(config)
      logger.level = config.logLevel
    },
  }
}

function anonymousOf({ tokens, allowAnonymous, host }: Config): Anonymous {
  if (allowAnonymous) return 'judge-and-read'
  return tokens.length === 0 && isLoopback(host) ? 'all' : 'nothing'
}
