import type { Recording } from '../../engine/model/recording.ts'
import type { Run } from '../ports/ports.ts'

/** Which rollout is judged, and how. */
export interface JudgeRequest {
  /** Who asks; part of a run's identity, so that the runs of two controllers never disturb each other. */
  readonly caller: string
  readonly namespace: string
  readonly name: string
  readonly revision: string
  readonly stableRevision?: string
  /** Name of a policy; undefined = the run's, for a new run the default. */
  readonly policy?: string
  readonly params?: Readonly<Record<string, string>>
  readonly step?: NamedStep
  /** The caller's plan and where in it the caller is, in place of `step`. */
  readonly planned?: PlannedStep
  /** How the canary's requests are chosen, where they are no sample of all. */
  readonly selected?: string
  /** When the rollout began, where the caller knows. Milliseconds, as all times here. */
  readonly start?: number
  /** The moment to judge at; undefined = now. */
  readonly at?: number
  /** The longest the answer may take, where the caller waits for less than the limit. */
  readonly answerMs?: number
  /** How much of that time has passed already. */
  readonly waitedMs?: number
  /** It sees the runs of every caller, and leaves nothing behind. */
  readonly byHand?: boolean
  /** The run, where the caller opens and closes runs by rules of its own. */
  readonly run?: Run
}

/** The step a caller speaks of. */
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
  /** How often the caller will ask before it gives up, once a minute. */
  readonly looks?: number
}

/** The place of a caller that counts more than the steps with a look, such as its pauses. */
export interface PlannedStep {
  /** Another number is another step, a higher one a later step. */
  readonly callerIndex: number
  /** The weights of the whole plan, ascending, one a step; at least one. */
  readonly weights: readonly number[]
  /** The weight that is set now, where the caller knows it. */
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

/** What a caller says counts; one that says nothing means what the run was looked at with before. */
export function paramsOf(asked: Params | undefined, run: Pick<Run, 'params'> | undefined): Params {
  return asked !== undefined && Object.keys(asked).length > 0 ? asked : (run?.params ?? {})
}
