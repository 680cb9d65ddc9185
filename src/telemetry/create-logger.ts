import { type DestinationStream, type Logger, pino } from 'pino'
import { describeError } from './describe-error.ts'
import { hideSecrets } from './hide-secrets.ts'

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

export type LogLevel = (typeof logLevels)[number]

/** Writes JSON lines to stdout. No line contains credentials, whichever part writes it. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      redact: { paths: secretPaths, censor: '[hidden]' },
      hooks: { streamWrite: hideSecrets },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  )
}

const secretKeys = ['authorization', 'Authorization', 'token', 'tokens', 'password', 'secret', 'cookie']
const secretPaths = secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`])
