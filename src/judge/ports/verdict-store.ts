import type { Recording } from '../../engine/model/recording.ts'
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
  /** How it ended: promoted, aborted, gone quiet. */
  readonly ending?: string
  /** What a caller that opens and closes runs itself remembers; only the caller reads it. Undefined = runs go by looks. */
  readonly callerState?: string
  /** When that caller last called about the run. */
  readonly calledAt?: number
  /** The verdict that was last reported to people. */
  readonly reported?: Outcome
  /** What the caller said beside the names, such as service or ingress; the data cannot be asked for without. */
  readonly params?: Readonly<Record<string, string>>
}

export interface Step {
  readonly runId: string
  readonly index: number
  /** How the caller counts this step, where it counts other things too. */
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

/** A recording in pieces that are stored under the hash of their text. */
export interface CutRecording {
  /** Hash of the manifest, and by it of everything. */
  readonly digest: string
  readonly manifest: string
  /** Text by digest, the head among them. */
  readonly chunks: ReadonlyMap<string, string>
}

export type DecisionKind = 'approve' | 'reject' | 'hold' | 'clear'

export interface Decision {
  readonly id: string
  readonly namespace: string
  readonly name: string
  /** Undefined when decided before a run exists: it binds the next run that opens. */
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

/** Somebody opened or closed a gate; it stays so, run after run, until the next change. */
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
  /** Hand it back as `after` to go on; undefined on the last page. */
  readonly next?: string
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

/**
 * History, people's decisions, and the starts of runs and steps; never statistics.
 * Every write that has resolved is durable: it survives a kill -9 of this process and of the machine.
 * All methods may be called concurrently, from several processes on the same data; none blocks the event loop.
 * Failures reject with AppError `store-unavailable`; a unique or state conflict with `conflict`.
 */
export interface VerdictStore {
  /** Opens a run, or gives back the one that is open under the same key; two racing callers get the same run. */
  openRun(run: Run): Promise<{ readonly run: Run; readonly opened: boolean }>
  findOpenRun(key: RunKey): Promise<Run | undefined>
  getRun(id: string): Promise<Run | undefined>
  /** Changes the named fields only; `firstFailAt`, `gates` and `params` keep their first value. Unknown id: `not-found`. */
  updateRun(id: string, change: Partial<Omit<Run, 'id' | 'reported' | keyof RunKey>>): Promise<Run>
  /** Writes down the verdict as reported; true for exactly one of several callers, of those whose verdict is another. */
  reportVerdict(runId: string, verdict: Outcome): Promise<boolean>
  /** Newest first by start, then id; a stable order under concurrent inserts. */
  listRuns(filter: RunFilter): Promise<Page<Run>>

  /** The first writer of (run, index) wins; everybody gets what is stored. `passedAt` may be added later, once. */
  saveStep(step: Step): Promise<Step>
  listSteps(runId: string): Promise<readonly Step[]>

  /** Idempotent on id: the first row stays. */
  saveVerdict(verdict: StoredVerdict): Promise<void>
  getVerdict(id: string): Promise<StoredVerdict | undefined>
  /** Newest first by `at`, then by createdAt, then id. */
  listVerdicts(
    runId: string,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<Page<StoredVerdict>>

  /** Those of the run whose recording is kept and goes up to `at` or further; oldest first by `at`. */
  listEvidence(
    runId: string,
    from: { readonly at: number; readonly limit: number },
  ): Promise<readonly StoredVerdict[]>

  /** Idempotent on id. */
  saveDecision(decision: Decision): Promise<void>
  /** Oldest first: those of the run and those by namespace and name without a run. */
  listDecisions(of: {
    readonly namespace: string
    readonly name: string
    readonly runId?: string
  }): Promise<readonly Decision[]>
  /** Binds decisions made before the run existed to it. */
  bindDecisions(run: Run): Promise<void>

  /** Idempotent on id. */
  saveGateChange(change: GateChange): Promise<void>
  /** Newest first in the order in which they were kept, whatever the clocks of the replicas said. */
  listGateChanges(of: {
    readonly namespace: string
    readonly name: string
    readonly gate?: Gate
    readonly limit: number
  }): Promise<readonly GateChange[]>

  /** The digest that `saveRecording` would give; works without the database, so also while it is away. */
  digestRecording(recording: Recording): Promise<string>
  /** Stores it in content-addressed chunks and gives its digest; what is stored already is not written again. */
  saveRecording(runId: string, recording: Recording | CutRecording): Promise<string>
  loadRecording(digest: string): Promise<Recording | undefined>

  /** Keeps a policy as text under its digest, for the runs that begin with it. Idempotent. */
  savePolicy(digest: string, text: string): Promise<void>
  loadPolicy(digest: string): Promise<string | undefined>

  /**
   * Deletes what is past its time, never anything of an open run nor the last change of a gate; says how many rows went.
   * Aborted, it ends after the batch under way.
   */
  prune(
    now: number,
    retention: Retention,
    signal?: AbortSignal,
  ): Promise<{ readonly runs: number; readonly recordings: number }>
  /** Resolves when a write would work. */
  ping(): Promise<void>
  /** Waits for writes under way; later calls reject. Closing twice is harmless. */
  close(): Promise<void>
}
