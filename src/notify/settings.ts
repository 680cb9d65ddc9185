import type { EventKind } from '../judge/ports/ports.ts'

/** What messages need of the configuration; a secret is revealed where it is used. */
export interface NotifySettings {
  /** By name. */
  readonly targets: Readonly<Record<string, TargetSettings>>
  /** Every route that an event matches adds its targets. */
  readonly routes: readonly NotifyRoute[]
  readonly templates: Partial<Readonly<Record<EventKind, string>>>
  /** Undefined = messages carry no links by which to decide. */
  readonly links?: LinkSettings
  /** Where people reach the service, without a slash at the end. */
  readonly publicUrl?: string
}

export interface TargetSettings {
  readonly type: string
  readonly url?: Revealable
  readonly key?: Revealable
}

export interface NotifyRoute {
  readonly targets: readonly string[]
  /** What is left out is no condition. `*` stands for any text. */
  readonly events?: readonly EventKind[]
  readonly namespaces?: readonly string[]
  readonly names?: readonly string[]
}

export interface LinkSettings {
  readonly expireMs: number
}

export interface Revealable {
  reveal(): string
}
