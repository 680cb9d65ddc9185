/** What of the configuration concerns HTTP; read anew for each request, so that a reload takes effect at once. */
export interface HttpSettings {
  /** Where people reach the service, for links; undefined = relative links. */
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
