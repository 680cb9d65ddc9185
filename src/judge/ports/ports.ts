import type { Diagnosis } from './diagnosis.ts'
import type { Policy } from '../../engine/model/policy.ts'
import type { Recording } from '../../engine/model/recording.ts'
import type { WrittenPolicy } from '../../formats/policy/extend-policy.ts'
import type { FieldIssue } from '../../errors.ts'
import type { Run, StoredVerdict } from './verdict-store.ts'

export type * from './verdict-store.ts'

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
  /** A canary that is there for longer than six hours begins six hours ago, or here, up to a day ago; milliseconds. */
  readonly since?: number
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
  /** Throws, before anything is asked, the AppError that `fetch` rejects with for requests that can never work. */
  check?(request: Pick<FetchRequest, 'policy' | 'params'> & Pick<CanaryStartRequest, 'run'>): void
  /**
   * Start of the slice with the first data of the canary of the asked revision, whatever other canaries there are, since
   * it had none for `quietMs`; undefined when it has had none in the last `quietMs`. Rejects when it cannot be told,
   * because the server does not answer for example.
   */
  canaryStart?(request: CanaryStartRequest): Promise<number | undefined>
  /**
   * Never rejects for what the server does: a source that is down, slow or partial gives a recording without
   * those metrics and a `problem` for each. `gates` and `steps` of the recording are the judge's to fill in. Rejects
   * with AppError for requests that can never work (`unknown-policy`, `bad-request`), and when the signal aborts.
   * Concurrent calls are independent; the result is the caller's.
   */
  fetch(request: FetchRequest): Promise<Recording>
  /**
   * Asks what `fetch` would ask, and looks for the cause of what is missing. Never rejects for what the server does or
   * the policy says; what cannot be asked is a finding. Waits for its turn apart from `fetch`, so it delays no look.
   */
  diagnose?(request: DiagnoseRequest): Promise<Diagnosis>
  close(): Promise<void>
}

/** Reports verdicts to people. */
export interface Notifier {
  /**
   * Called once for each new verdict. `changed`: it is another than the run's last; of all replicas one is called with
   * it. While the store is away each replica goes by what it knows. Never rejects and never delays the answer;
   * delivery is best effort and failures are logged.
   */
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
  /** What the file says, with what it extends, and where each key comes from. */
  readonly written: WrittenPolicy
}

/** The policies that are loaded now; a reload replaces all of them at once. */
export interface PolicyLibrary {
  /** Rejects with `unknown-policy`, naming those that are loaded. Undefined = the default policy. */
  get(name?: string): LoadedPolicy
  /** By name. A user's policy hides a bundled one of the same name. */
  list(): readonly LoadedPolicy[]
  readonly defaultName: string | undefined
}
