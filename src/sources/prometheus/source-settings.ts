/** A value that nothing prints by accident. */
export interface Revealable {
  reveal(): string
}

/** One Prometheus, or what speaks its API: Thanos, Mimir, VictoriaMetrics. */
export interface SourceSettings {
  /** Without a slash at its end; what follows is /api/v1/…. */
  readonly url: string
  readonly headers: Readonly<Record<string, Revealable>>
  readonly auth?:
    | { readonly kind: 'bearer'; readonly token: Revealable }
    | { readonly kind: 'basic'; readonly username: string; readonly password: Revealable }
  readonly tls?: {
    /** PEM. */
    readonly ca?: string
    readonly cert?: string
    readonly key?: Revealable
    readonly serverName?: string
  }
  /** For all queries of one look together. */
  readonly timeoutMs: number
}
