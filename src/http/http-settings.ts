/**
 * The part of the configuration that concerns HTTP. It is read for each request, so that a reload takes effect at
 * once.
 */
export interface HttpSettings {
  /** The URL at which people reach the service, for links; undefined = relative links. */
  readonly publicUrl?: string
  readonly maxBodyBytes: number
  readonly maxRecordingBytes: number
  /** For callers with the role `large-recordings`. */
  readonly maxLargeRecordingBytes: number
  readonly maxJsonDepth: number
  readonly readsPerMinute: number
  readonly decisionsPerMinute: number
  readonly failedLoginsPerMinute: number
}
