import type { Diagnosis } from './diagnosis.ts'
import type { Policy } from '../../engine/model/policy.ts'
import type { Recording } from '../../engine/model/recording.ts'
import type { WrittenPolicy } from '../../formats/policy/extend-policy.ts'
import type { AaResult } from '../../formats/past/aa-result.ts'
import type { FieldIssue } from '../../errors.ts'
import type { Fetched } from './fetched.ts'
import type { Run } from './stored.ts'

export type * from './fetched.ts'
export * from './messages.ts'
export type * from './stored.ts'
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

/**
 * The writes of one look, in the order in which they must happen. Each is idempotent, because the whole may run twice.
 */
export interface QueuedWrite {
  readonly run: () => Promise<void>
  /** About how much memory it holds while it waits. */
  readonly bytes: number
  /** A description for the log. */
  readonly what: string
}

/** Keeps answers quick while the store is away. */
export interface WriteQueue {
  /**
   * True once the write is durable. False when that did not happen in time: it is then queued, bounded in number and
   * bytes (the oldest go first), and written when the store is back. Never rejects; what can never be written (any
   * failure but `store-unavailable`) is logged and counted, not queued.
   */
  keepOrQueue(write: QueuedWrite, timeoutMs?: number): Promise<boolean>
  counts(): WriteQueueCounts
  /** Tries once more to write what is queued, within the given time. What is then left is lost and logged. */
  close(timeoutMs?: number): Promise<void>
}

export interface WriteQueueCounts {
  /** How many wait now. */
  readonly queued: number
  readonly queuedBytes: number
  /**
   * Counts since the start: written in time, written later, dropped because the queue was full or the service stopped,
   * and refused for good.
   */
  readonly kept: number
  readonly keptLater: number
  readonly dropped: number
  readonly refused: number
}

/** What to fetch: all data of one run that the policy names, from history up to `until`. */
export interface FetchRequest {
  readonly policy: Policy
  readonly run: Run
  readonly params: Readonly<Record<string, string>>
  /** Milliseconds; only slices settled by then, by the server's own clock, are included. */
  readonly until: number
  readonly signal: AbortSignal
}

/** The rollout whose beginning is to be found. */
export interface CanaryStartRequest {
  readonly policy: Policy
  readonly run: Pick<Run, 'namespace' | 'name' | 'revision' | 'stableRevision'>
  readonly params: Readonly<Record<string, string>>
  readonly until: number
  /** How long there must have been no canary series before a new rollout begins. */
  readonly quietMs: number
  /** The search goes back six hours, or to this time, which may be up to a day ago; milliseconds. */
  readonly since?: number
  readonly signal: AbortSignal
}

/** The workload to probe the sources for. It does not have to be running. */
export interface DiagnoseRequest {
  readonly policy: Policy
  readonly run: Pick<Run, 'namespace' | 'name' | 'revision' | 'stableRevision'>
  readonly params: Readonly<Record<string, string>>
  /** Milliseconds; the probe covers the minutes before it. */
  readonly until: number
  readonly minutes: number
  readonly signal: AbortSignal
}

/** Where metrics come from. */
export interface MetricSource {
  /** Throws the AppError with which `fetch` would reject a request that can never work, without asking the source. */
  check?(request: Pick<FetchRequest, 'policy' | 'params'> & Pick<CanaryStartRequest, 'run'>): void
  /**
   * The start of the slice with the first data of the canary of this revision after a time of `quietMs` without any;
   * other canaries do not count. Undefined when there were none in the last `quietMs`. Rejects when it cannot be found
   * out, for example because the server does not answer.
   */
  canaryStart?(request: CanaryStartRequest): Promise<number | undefined>
  /**
   * Never rejects because of the server: when it is down, slow or incomplete, the recording lacks those metrics and
   * has a `problem` for each. The judge fills in `gates` and `steps` of the recording. Rejects with AppError for
   * requests that can never work (`unknown-policy`, `bad-request`), and when the signal aborts. Concurrent calls are
   * independent; the result is the caller's.
   */
  fetch(request: FetchRequest): Promise<Recording>
  /** The same, before the recording is made: that can be done in another thread. */
  fetchData?(request: FetchRequest): Promise<Fetched>
  /**
   * Sends the queries of `fetch`, and looks for the causes of missing data. Never rejects because of the server or the
   * policy; a query that cannot be sent is a finding. It has its own queue, so it delays no look.
   */
  diagnose?(request: DiagnoseRequest): Promise<Diagnosis>
  close(): Promise<void>
}

export interface LoadedPolicy {
  readonly policy: Policy
  readonly digest: string
  readonly origin: 'bundled' | 'user'
  /** Name of the file, without its directory. */
  readonly file: string
  readonly warnings: readonly FieldIssue[]
  /** The content of the file together with what it extends, and where each key comes from. */
  readonly written: WrittenPolicy
  /** Results of `canary-judge aa` that stand beside the policies. */
  readonly aa: readonly AaResult[]
}

/** The policies that are loaded now; a reload replaces all of them at once. */
export interface PolicyLibrary {
  /** Rejects with `unknown-policy`, naming those that are loaded. Undefined = the default policy. */
  get(name?: string): LoadedPolicy
  /** By name. A user's policy hides a bundled one of the same name. */
  list(): readonly LoadedPolicy[]
  readonly defaultName: string | undefined
}
