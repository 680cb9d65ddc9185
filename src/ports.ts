import type { Diagnosis } from './analysis/diagnosis.ts'
import type { Policy } from './analysis/policy.ts'
import type { Recording } from './analysis/recording.ts'
import type { Outcome } from './analysis/verdict.ts'
import type { FieldIssue } from './app-error.ts'

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

/** Structured logging. The first argument never holds secrets; ERROR only if someone must act now. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

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
  /** How it ended, in the caller's words: promoted, aborted, gone quiet. */
  readonly ending?: string
  /** Which controller route called last, for the rules that depend on the order of hooks. */
  readonly lastHook?: string
  readonly lastHookAt?: number
}

export interface Step {
  readonly runId: string
  readonly index: number
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

/** Which of a canary's two gates, as Flagger's load tester has them. */
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
  /** Changes the named fields only; `firstFailAt` and `gates` keep their first value. Unknown id: `not-found`. */
  updateRun(id: string, change: Partial<Omit<Run, 'id' | keyof RunKey>>): Promise<Run>
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
  saveRecording(runId: string, recording: Recording): Promise<string>
  loadRecording(digest: string): Promise<Recording | undefined>

  /** Keeps a policy as text under its digest, for the runs that begin with it. Idempotent. */
  savePolicy(digest: string, text: string): Promise<void>
  loadPolicy(digest: string): Promise<string | undefined>

  /** Deletes what is past its time, never anything of an open run nor the last change of a gate; says how many rows went. */
  prune(now: number, retention: Retention): Promise<{ readonly runs: number; readonly recordings: number }>
  /** Resolves when a write would work. */
  ping(): Promise<void>
  /** Waits for writes under way; later calls reject. Closing twice is harmless. */
  close(): Promise<void>
}

/** One look's worth of writes, in the order they must happen; made of idempotent operations, since it may run twice. */
export interface QueuedWrite {
  readonly run: () => Promise<void>
  /** About how much memory it holds while it waits. */
  readonly bytes: number
  /** What it is, for the log. */
  readonly what: string
}

/** Keeps answers quick while the store is away. */
export interface WriteQueue {
  /**
   * True once the write is durable. False when that did not happen in time: it is then queued, bounded in number
   * and bytes (the oldest go first), and written when the store is back. Never rejects; what can never be written
   * (any failure but `store-unavailable`) is logged and counted, not queued.
   */
  keepOrQueue(write: QueuedWrite, timeoutMs?: number): Promise<boolean>
  counts(): WriteQueueCounts
  /** Tries once more to write what is queued, within the time given; what is left then is lost and logged. */
  close(timeoutMs?: number): Promise<void>
}

export interface WriteQueueCounts {
  /** Waiting now. */
  readonly queued: number
  readonly queuedBytes: number
  /** Since the start: written in time, written later, pushed out or lost at the end, refused for good. */
  readonly kept: number
  readonly keptLater: number
  readonly dropped: number
  readonly refused: number
}

/** What to fetch: everything of one run that the policy names, from history up to `until`. */
export interface FetchRequest {
  readonly policy: Policy
  readonly run: Run
  readonly steps: readonly Step[]
  readonly params: Readonly<Record<string, string>>
  /** Milliseconds; only slices settled by then, by the server's own clock, are included. */
  readonly until: number
  readonly signal: AbortSignal
}

/** Of which rollout to find the beginning. */
export interface CanaryStartRequest {
  readonly policy: Policy
  readonly run: Pick<Run, 'namespace' | 'name' | 'revision' | 'stableRevision'>
  readonly params: Readonly<Record<string, string>>
  readonly until: number
  /** For how long there must have been no canary series at all, so that the next is a new rollout. */
  readonly quietMs: number
  readonly signal: AbortSignal
}

/** Which workload to probe the sources for; nothing of it needs to be running. */
export interface DiagnoseRequest {
  readonly policy: Policy
  readonly run: Pick<Run, 'namespace' | 'name' | 'revision' | 'stableRevision'>
  readonly params: Readonly<Record<string, string>>
  /** Milliseconds; what was scraped in the minutes before counts. */
  readonly until: number
  readonly minutes: number
  readonly signal: AbortSignal
}

/** Where metrics come from. */
export interface MetricSource {
  /**
   * Start of the slice with the first canary data since there was none for `quietMs`; undefined when there has been
   * none in the last `quietMs`. Rejects when it cannot be told, because the server does not answer for example.
   */
  canaryStart?(request: CanaryStartRequest): Promise<number | undefined>
  /**
   * Never rejects for what the server does: a source that is down, slow or partial gives a recording without
   * those metrics and a `problem` for each. `gates` and `steps` of the recording are the judge's to fill in. Rejects with AppError for requests that can never work (`unknown-policy`,
   * `bad-request`), and when the signal aborts. Concurrent calls are independent; the result is the caller's.
   */
  fetch(request: FetchRequest): Promise<Recording>
  /**
   * Asks what `fetch` would ask, and looks for the cause of what is missing. Never rejects for what the server does or
   * the policy says; what cannot be asked is a finding. Waits for its turn apart from `fetch`, so it delays no look.
   */
  diagnose?(request: DiagnoseRequest): Promise<Diagnosis>
  close(): Promise<void>
}

/** Tells people. */
export interface Notifier {
  /** Never rejects and never delays the answer; delivery is best effort and failures are logged. */
  notify(event: { readonly run: Run; readonly verdict: StoredVerdict; readonly changed: boolean }): void
  close(): Promise<void>
}

export interface LoadedPolicy {
  readonly policy: Policy
  readonly digest: string
  readonly origin: 'bundled' | 'user'
  /** Name of the file, without its directory. */
  readonly file: string
  readonly warnings: readonly FieldIssue[]
}

/** The policies that are loaded now; a reload replaces all of them at once. */
export interface PolicyLibrary {
  /** Rejects with `unknown-policy`, naming those that are loaded. Undefined = the default policy. */
  get(name?: string): LoadedPolicy
  /** By name. A user's policy hides a bundled one of the same name. */
  list(): readonly LoadedPolicy[]
  readonly defaultName: string | undefined
}
