/** What a file of another judge asks for, in words that every format shares. */
export interface Asked {
  readonly name: string
  readonly metrics: readonly AskedMetric[]
  readonly losses: readonly Loss[]
}

export type AskedMetric = AskedQuery | AskedReady | AskedUnread

interface AskedAnyway {
  readonly name: string
  readonly place: Place
  /** The other judge does not go on without it. */
  readonly isNeeded?: true
}

/** A metric by its query. Names between double braces stand for what differs between rollouts. */
export interface AskedQuery extends AskedAnyway {
  readonly query: string
  /** Which side is worse; undefined where the file does not say. */
  readonly worse: 'higher' | 'lower' | undefined
  /** The value at which it fails, whatever stable does. */
  readonly fixed?: number
  /** Compared with stable by a ratio, and this is the ratio that is tolerated. */
  readonly tolerated?: number
  readonly keys: Readonly<{ required?: boolean; watch?: true }>
  readonly controller: Controller
}

/** A metric that the controller brings, as a policy writes it. */
export interface AskedReady extends AskedAnyway {
  readonly metric: WrittenMetric
  readonly notes: readonly string[]
}

/** A metric that no policy can have. */
export interface AskedUnread extends AskedAnyway {
  readonly why: string
}

export type Controller = 'argo' | 'flagger' | 'kayenta'

export interface Place {
  readonly file: string
  readonly line: number
}

/** What a policy does not take over. */
export interface Loss extends Place {
  readonly metric?: string
  readonly what: string
  /** Why, and what the policy does instead. */
  readonly why: string
}

/** A metric as a policy writes it. */
export interface WrittenMetric {
  readonly name: string
  readonly kind: string
  readonly select?: WrittenSelect
  readonly [key: string]: unknown
}

export type WrittenSelect =
  | string
  | { readonly preset: string; readonly labels?: Labels; readonly where?: Labels }
  | { readonly canary: Labels; readonly stable: Labels; readonly where?: Labels }

export type Labels = Readonly<Record<string, string>>
