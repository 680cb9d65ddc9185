import type { Outcome } from '../../engine/model/verdict.ts'

/** Identity of a run while it is open. */
export interface RunKey {
  readonly source: string
  readonly namespace: string
  readonly name: string
}

export interface Run extends RunKey {
  readonly id: string
  readonly revision: string
  readonly stableRevision?: string
  readonly policy: string
  readonly policyDigest: string
  /** Milliseconds since the epoch, as all times here. */
  readonly start: number
  readonly openedAt: number
  readonly lastLookAt: number
  readonly closedAt?: number
  /** Number of gates, fixed at the first look. */
  readonly gates?: number
  /** When the statistics first said fail; never cleared. */
  readonly firstFailAt?: number
  /** How the run ended: promoted, aborted or gone quiet. */
  readonly ending?: string
  /**
   * The state of a caller that opens and closes runs itself; only that caller reads it. Undefined = the run is opened
   * and closed by looks.
   */
  readonly callerState?: string
  /** When that caller last called about the run. */
  readonly calledAt?: number
  /** The caller's other parameters, such as service or ingress; queries need them. */
  readonly params?: Readonly<Record<string, string>>
  /** What people want to find the rollout by, such as image and commit; nothing is judged by it. */
  readonly labels?: Readonly<Record<string, string>>
}

export interface Step {
  readonly runId: string
  readonly index: number
  /** The caller's own number of this step, where it also counts steps without a look. */
  readonly callerIndex?: number
  readonly weight?: number
  readonly next?: number
  readonly startedAt: number
  readonly endsAt: number
  /** When the step first passed. */
  readonly passedAt?: number
}

export interface StoredVerdict {
  /** Hash of run, policy digest and recording digest: the same look is the same row. */
  readonly id: string
  readonly runId: string
  /** End of the last slice included. */
  readonly at: number
  readonly createdAt: number
  readonly judged: Outcome
  readonly verdict: Outcome
  readonly score: number
  readonly summary: string
  readonly recordingDigest?: string
  /** The whole answer as JSON. */
  readonly body: object
}

/** A recording in pieces; each is stored under the hash of its text. */
export interface CutRecording {
  /** Hash of the manifest, which contains the hashes of everything else. */
  readonly digest: string
  readonly manifest: string
  /** Text by digest, the head among them. */
  readonly chunks: ReadonlyMap<string, string>
}

/** The same as it is stored: the chunks are compressed. */
export interface PackedRecording {
  readonly manifest: string
  readonly chunks: ReadonlyMap<string, Uint8Array>
}

export type DecisionKind = 'approve' | 'reject' | 'hold' | 'clear'

export interface Decision {
  readonly id: string
  readonly namespace: string
  readonly name: string
  /** Undefined for a decision made before its run exists: it binds the next run that opens. */
  readonly runId?: string
  readonly kind: DecisionKind
  readonly scope: 'step' | 'run'
  readonly step?: number
  readonly override: boolean
  readonly by: string
  readonly reason: string
  readonly at: number
}

/** Which of a canary's two gates that people open and close. */
export type Gate = 'gate' | 'rollback'

/** A person opened or closed a gate. It stays so for all later runs until the next change. */
export interface GateChange {
  readonly id: string
  readonly namespace: string
  readonly name: string
  readonly gate: Gate
  readonly open: boolean
  readonly by: string
  readonly at: number
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Pass it as `after` to get the next page; undefined on the last page. */
  readonly next?: string
}

/** An open run with what was answered last. */
export interface OpenRun {
  readonly run: Run
  readonly latest?: StoredVerdict
}

export interface RunFilter {
  readonly namespace?: string
  readonly name?: string
  readonly open?: boolean
  readonly limit: number
  readonly after?: string
}

export interface Retention {
  readonly runsOlderThanMs: number
  readonly maxRuns: number
  readonly recordingsOlderThanMs: number
  readonly failedRecordingsOlderThanMs: number
  readonly decisionsOlderThanMs: number
}
