import type { Outcome } from '../../engine/model/verdict.ts'

/** What people may want to hear of a rollout. */
export const eventKinds = [
  'began',
  'step-passed',
  'fail',
  'waiting',
  'decision',
  'promoted',
  'rolled-back',
] as const

export type EventKind = (typeof eventKinds)[number]

export interface RolloutEvent {
  /** The same event has the same, whichever replica sees it and however often. */
  readonly id: string
  readonly kind: EventKind
  readonly at: number
  readonly namespace: string
  readonly name: string
  /** Undefined for a decision before a run is open. */
  readonly run?: EventRun
  readonly step?: { readonly index: number; readonly of?: number; readonly weight?: number }
  readonly verdict?: {
    readonly id: string
    readonly judged: Outcome
    readonly verdict: Outcome
    readonly score: number
    readonly summary: string
  }
  readonly decision?: {
    readonly kind: string
    readonly scope: string
    readonly by: string
    readonly reason: string
  }
}

export interface EventRun {
  readonly id: string
  readonly revision: string
  readonly stableRevision?: string
  readonly policy: string
  readonly policyDigest: string
  readonly labels?: Readonly<Record<string, string>>
}

/** An event for one target; it is kept until it is delivered. */
export interface NewMessage {
  readonly id: string
  readonly target: string
  readonly event: RolloutEvent
}

export interface ClaimedMessage extends NewMessage {
  /** How often it was claimed, this time included. */
  readonly tries: number
}
