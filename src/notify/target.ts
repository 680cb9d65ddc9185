import type { EventKind, RolloutEvent } from '../judge/ports/ports.ts'
import type { MessageLink } from './links.ts'
import type { TargetSettings } from './settings.ts'

/** A message as every target gets it. */
export interface Outgoing {
  /** The same at each try, for those who tell repeats apart. */
  readonly id: string
  readonly event: RolloutEvent
  /** Plain text on one line; names and reasons in it may be hostile. */
  readonly text: string
  readonly links: readonly MessageLink[]
  readonly publicUrl?: string
  /** Milliseconds since the epoch, of this try. */
  readonly now: number
}

export interface TargetRequest {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: string
}

/** One type of target; a function of its arguments alone. */
export interface TargetType {
  /** Which settings it cannot do without. */
  readonly needs: readonly ('url' | 'key')[]
  readonly url?: string
  readonly request: (message: Outgoing, settings: ResolvedTarget) => TargetRequest
}

/** With the type's own address where the settings name none. */
export interface ResolvedTarget {
  readonly url: string
  readonly key: string
}

export const resolveTarget = (type: TargetType, { url, key }: TargetSettings): ResolvedTarget => ({
  url: (url?.reveal() ?? type.url ?? '').replace(/(?<!\/)\/+$/, ''),
  key: key?.reveal() ?? '',
})

/** What means trouble to those who are called at night. */
export const troubles: ReadonlySet<EventKind> = new Set(['fail', 'waiting'])

/** All messages about one rollout belong together. */
export const subjectOf = ({ namespace, name }: RolloutEvent): string => `${namespace}/${name}`
