import type { Recording } from '../../engine/model/recording.ts'
import type { Run } from '../ports/ports.ts'

/** Which rollout is judged, and how. */
export interface JudgeRequest {
  /** The caller; part of a run's identity, so that the runs of two controllers never disturb each other. */
  readonly caller: string
  readonly namespace: string
  readonly name: string
  readonly revision: string
  readonly stableRevision?: string
  /** Name of a policy; undefined = the policy of the run, or the default policy for a new run. */
  readonly policy?: string
  readonly params?: Readonly<Record<string, string>>
  /** See Run. */
  readonly labels?: Readonly<Record<string, string>>
  readonly step?: NamedStep
  /** The caller's plan and its current place in it, instead of `step`. */
  readonly planned?: PlannedStep
  /** How the canary's requests are selected, where they are no random sample of all requests. */
  readonly selected?: string
  /** When the rollout began, where the caller knows it. Milliseconds, like all times here. */
  readonly start?: number
  /** The moment to judge at; undefined = now. */
  readonly at?: number
  /** The longest time that the answer may take, where it is shorter than the usual limit. */
  readonly answerMs?: number
  /** How much of that time has already passed. */
  readonly waitedMs?: number
  /** A look by hand: it sees the runs of every caller and changes nothing. */
  readonly byHand?: boolean
  /** The run, where the caller itself opens and closes runs. */
  readonly run?: Run
}

/** The step that a caller names. */
export interface NamedStep {
  /** Zero-based. */
  readonly index: number
  /** See PlannedStep. */
  readonly callerIndex?: number
  /** How many steps the plan has. */
  readonly of?: number
  readonly weight?: number
  readonly next?: number
  readonly minutes?: number
  /** How many looks the caller will make, one a minute, before it stops. */
  readonly looks?: number
}

/** The place in the plan of a caller that also counts steps without a look, such as pauses. */
export interface PlannedStep {
  /** A different number is a different step, and a higher number a later step. */
  readonly callerIndex: number
  /** The weights of the whole plan, ascending, one for each step; at least one. */
  readonly weights: readonly number[]
  /** The current weight, where the caller knows it. */
  readonly weight?: number
  readonly minutes?: number
  readonly looks?: number
}

/** A rollout that comes with all its data. */
export interface RecordingRequest {
  readonly namespace: string
  readonly name: string
  readonly revision: string
  readonly stableRevision?: string
  /** A name, or the policy itself. */
  readonly policy?: string | object
  readonly recording: Recording
  /** The last slice to look at, or a moment; undefined = the end. */
  readonly at?: { readonly slice: number } | { readonly ms: number }
}

type Params = Readonly<Record<string, string>>

/** The caller's parameters; where it gives none, those of the run's earlier looks. */
export function paramsOf(asked: Params | undefined, run: Pick<Run, 'params'> | undefined): Params {
  return asked !== undefined && Object.keys(asked).length > 0 ? asked : (run?.params ?? {})
}
