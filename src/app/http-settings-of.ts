import type { Config } from './config/config.ts'
import type { ServerLimits, ServerTls } from '../http/create-server.ts'
import type { HttpSettings } from '../http/http-settings.ts'
import type { JudgeLimits } from '../judge/judge.ts'
import type { NotifySettings } from '../notify/settings.ts'

/** Recordings are the most deeply nested input, with seven levels. */
const maxJsonDepth = 32
const maxHeaderBytes = 16 * 1024
const keepAliveTimeoutMs = 65_000
const headersTimeoutMs = 10_000

export function httpSettingsOf({ limits, publicUrl }: Config): HttpSettings {
  return {
    ...(publicUrl !== undefined && { publicUrl }),
    maxBodyBytes: limits.body,
    maxRecordingBytes: limits.recording,
    maxLargeRecordingBytes: Math.max(limits.recording, limits.largeRecording),
    maxJsonDepth,
    readsPerMinute: limits.readsPerMinute,
    decisionsPerMinute: limits.decisionsPerMinute,
    failedLoginsPerMinute: limits.failedLoginsPerMinute,
  }
}

export const notifySettingsOf = ({ notify, publicUrl }: Config): NotifySettings => ({
  ...notify,
  ...(publicUrl !== undefined && { publicUrl }),
})

export function serverLimitsOf({ limits }: Config): ServerLimits {
  return {
    maxHeaderBytes,
    headersTimeoutMs: Math.min(headersTimeoutMs, limits.requestTimeoutMs),
    requestTimeoutMs: limits.requestTimeoutMs,
    // longer than load balancers keep connections open, so that they close first and lose no request
    keepAliveTimeoutMs,
    maxConnections: limits.connections,
    maxConnectionsPerAddress: Math.min(limits.connectionsPerAddress, limits.connections),
  }
}

/** The limits of the management port: probes and scrapes are few, and must not wait for other requests. */
export const managementLimits = (config: Config): ServerLimits => ({
  ...serverLimitsOf(config),
  maxConnections: 200,
  maxConnectionsPerAddress: 100,
})

export function tlsOf({ tls }: Config): ServerTls | undefined {
  if (tls === undefined) return undefined
  const { cert, key, clientCa } = tls
  return { cert, key: key.reveal(), ...(clientCa !== undefined && { clientCa }) }
}

export function judgeLimitsOf({ limits }: Config): JudgeLimits {
  return { deadlineMs: limits.answerMs, maxLooks: limits.looks }
}
