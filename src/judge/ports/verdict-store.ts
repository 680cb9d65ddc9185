import type { Recording } from '../../engine/model/recording.ts'
import type { ClaimedMessage, NewMessage } from './messages.ts'
import type {
  CutRecording,
  Decision,
  Gate,
  GateChange,
  OpenRun,
  PackedRecording,
  Page,
  Retention,
  Run,
  RunFilter,
  RunKey,
  Step,
  StoredVerdict,
} from './stored.ts'

/**
 * History, people's decisions, and the starts of runs and steps; never statistics. Every write that has resolved is
 * durable: it survives a kill -9 of this process and of the machine. All methods may be called concurrently, from
 * several processes on the same data; none blocks the event loop. Failures reject with AppError `store-unavailable`; a
 * unique or state conflict with `conflict`. Messages are stored in the same transaction as what they come with, each id
 * once.
 */
export interface VerdictStore {
  /**
   * Opens a run, or returns the run that is open under the same key. Two concurrent callers get the same run. Messages
   * are stored only by the call that opens the run.
   */
  openRun(
    run: Run,
    messages?: readonly NewMessage[],
  ): Promise<{ readonly run: Run; readonly opened: boolean }>
  findOpenRun(key: RunKey): Promise<Run | undefined>
  getRun(id: string): Promise<Run | undefined>
  /** Changes the named fields only; `firstFailAt`, `gates`, `params` and `labels` keep their first value. */
  updateRun(
    id: string,
    change: Partial<Omit<Run, 'id' | keyof RunKey>>,
    messages?: readonly NewMessage[],
  ): Promise<Run>
  /** Newest first by start, then id; a stable order under concurrent inserts. */
  listRuns(filter: RunFilter): Promise<Page<Run>>
  /** In the same order, with the newest verdict of each by the order of `listVerdicts`. */
  listOpenRuns(limit: number): Promise<readonly OpenRun[]>

  /** The first writer of (run, index) wins; every caller gets the stored step. `passedAt` may be added once, later. */
  saveStep(step: Step, messages?: readonly NewMessage[]): Promise<Step>
  listSteps(runId: string): Promise<readonly Step[]>

  /** Idempotent on id: the first row stays. */
  saveVerdict(verdict: StoredVerdict, messages?: readonly NewMessage[]): Promise<void>
  getVerdict(id: string): Promise<StoredVerdict | undefined>
  /** Newest first by `at`, then by createdAt, then id. */
  listVerdicts(
    runId: string,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<Page<StoredVerdict>>

  /** The verdicts of the run whose recording is kept and reaches `at` or further; oldest first by `at`. */
  listEvidence(
    runId: string,
    from: { readonly at: number; readonly limit: number },
  ): Promise<readonly StoredVerdict[]>

  /** Idempotent on id. */
  saveDecision(decision: Decision, messages?: readonly NewMessage[]): Promise<void>
  /** The decisions of the run, and those for the namespace and name without a run; oldest first. */
  listDecisions(of: {
    readonly namespace: string
    readonly name: string
    readonly runId?: string
  }): Promise<readonly Decision[]>
  /** Binds decisions made before the run existed to it. */
  bindDecisions(run: Run): Promise<void>

  /** Idempotent on id. */
  saveGateChange(change: GateChange): Promise<void>
  /** Newest first in the order in which they were stored, whatever the clocks of the replicas show. */
  listGateChanges(of: {
    readonly namespace: string
    readonly name: string
    readonly gate?: Gate
    readonly limit: number
  }): Promise<readonly GateChange[]>

  /**
   * The digest that `saveRecording` would give. It is computed without the database, so it works while that is away.
   */
  digestRecording(recording: Recording): Promise<string>
  /**
   * Stores the recording in content-addressed chunks and gives its digest. Chunks that are already stored are not
   * written again.
   */
  saveRecording(runId: string, recording: Recording | CutRecording): Promise<string>
  loadRecording(digest: string): Promise<Recording | undefined>
  /** The same recording, not unpacked: a large one takes seconds of processor time, which another thread can spend. */
  loadPackedRecording(digest: string): Promise<PackedRecording | undefined>

  /**
   * Of the messages to the target that are due, the one that was kept first, for one caller alone until the moment
   * given; after it the message is due again, unless it is settled.
   */
  claimMessage(
    target: string,
    moment: { readonly now: number; readonly until: number },
  ): Promise<ClaimedMessage | undefined>
  /** Done for good, or due again. */
  settleMessage(id: string, outcome: { readonly doneAt: number } | { readonly dueAt: number }): Promise<void>

  /** Keeps a policy as text under its digest, for the runs that begin with it. Idempotent. */
  savePolicy(digest: string, text: string): Promise<void>
  loadPolicy(digest: string): Promise<string | undefined>

  /** A key of 32 random bytes in base64url. The first call creates it; all processes on the same data get the same key. */
  sharedKey(): Promise<string>

  /**
   * Deletes what is older than its retention, but nothing of an open run and not the last change of a gate. Gives how
   * many rows were deleted. When aborted, it ends after the current batch.
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
