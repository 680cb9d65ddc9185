/** A value that nothing prints by accident. */
export interface Revealable {
  reveal(): string
}

/** One server, as the configuration names it. */
export interface SourceSettings {
  /** Which folder of `src/sources` reads it; undefined = a Prometheus, or what speaks its API. */
  readonly type?: string
  /** Without a slash at its end; what follows is a path of its API. */
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
