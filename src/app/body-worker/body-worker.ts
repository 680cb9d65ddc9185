import type { SentRecording } from '../../callers/api/judge-sent-recording.ts'
import type { MetricForecast } from '../../engine/index.ts'
import { AppError } from '../../errors.ts'
import type { BasePolicies } from '../../formats/policy/extend-policy.ts'
import type { ParsedPolicy } from '../../formats/policy/parse-policy.ts'
import type { Analysis, LookData, RecordingLook } from '../../judge/judge.ts'
import type { Log, PackedRecording } from '../../judge/ports/ports.ts'
import { inTime } from '../../timeout.ts'
import type { PlanRequest } from '../../web/reading/read-plan.ts'
import type { BodyReply, BodyTask } from './body-task.ts'
import { type BodyThread, startBodyThread } from './body-thread.ts'

/** Reads expensive bodies, one at a time in another thread, so that they do not delay other requests. */
export interface BodyWorker {
  judge(sent: SentRecording, withinMs: number): Promise<RecordingLook>
  readPolicy(text: string, bases: BasePolicies): Promise<ParsedPolicy>
  /** A stored recording as JSON. */
  readRecording(packed: PackedRecording): Promise<Buffer>
  /** The verdict on a look, and its recording in pieces. The limit is for its wait, not for the work itself. */
  analyze(look: LookData, withinMs: number): Promise<Analysis>
  /** What each step of a planned rollout would show. */
  plan(request: PlanRequest): Promise<readonly MetricForecast[]>
  close(): Promise<void>
}

export interface BodyWorkerOptions {
  readonly log: Log
  readonly heapMb?: number
  /** The longest one body may take. */
  readonly taskMs?: number
  readonly maxWaiting?: number
  readonly startThread?: typeof startBodyThread
}

const defaultHeapMb = 512
const defaultTaskMs = 5000
const startMs = 30_000
/** More waiting recordings, which have some megabytes each, would need too much memory. */
const defaultMaxWaiting = 8
/** With the wait for others; a recording of the largest size takes a few seconds. */
const longestReadMs = 25_000
/** With the wait for others; a plan takes a tenth of a second. */
const longestPlanMs = 8000

export function createBodyWorker(options: BodyWorkerOptions): BodyWorker {
  const { log, heapMb = defaultHeapMb, taskMs = defaultTaskMs, startThread = startBodyThread } = options
  const { maxWaiting = defaultMaxWaiting } = options
  let thread: BodyThread | undefined
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  const threadNow = (): BodyThread => {
    if (thread === undefined || thread.lost) thread = startThread({ heapMb, startMs })
    return thread
  }
  const perform = async (task: BodyTask, end: number): Promise<BodyReply> => {
    const leftMs = (): number => end - performance.now()
    if (leftMs() <= 0) throw overloaded()
    const own = threadNow()
    await inTime(own.ready, leftMs(), () => {
      throw overloaded()
    })
    return own.run(task, task.kind === 'look' ? taskMs : Math.min(taskMs, leftMs()))
  }
  const run = async (task: BodyTask, withinMs: number): Promise<BodyReply> => {
    if (waiting >= maxWaiting) throw overloaded()
    const end = performance.now() + withinMs
    waiting += 1
    const mine = last.then(() => perform(task, end))
    last = mine.catch(() => undefined)
    try {
      return toResult(await mine, log)
    } finally {
      waiting -= 1
    }
  }
  return {
    async judge(sent, withinMs) {
      const reply = await run({ kind: 'judge', sent }, withinMs)
      if (reply.kind === 'judge') return reply.look
      throw unexpected(reply)
    },
    async readPolicy(text, bases) {
      const reply = await run({ kind: 'policy', text, bases }, 2 * taskMs)
      if (reply.kind === 'policy') return reply.parsed
      throw unexpected(reply)
    },
    async readRecording(packed) {
      const reply = await run({ kind: 'recording', packed }, longestReadMs)
      if (reply.kind === 'recording') return Buffer.from(reply.json.buffer)
      throw unexpected(reply)
    },
    async analyze(look, withinMs) {
      const reply = await run({ kind: 'look', look }, withinMs)
      if (reply.kind === 'look') return reply.analysis
      throw unexpected(reply)
    },
    async plan(request) {
      const reply = await run({ kind: 'plan', request }, longestPlanMs)
      if (reply.kind === 'plan') return reply.metrics
      throw unexpected(reply)
    },
    async close() {
      await thread?.close()
    },
  }
}

function toResult(reply: BodyReply, log: Log): BodyReply {
  if (reply.kind === 'refused') {
    const { code, message, issues } = reply.error
    throw new AppError(code, message, { issues })
  }
  if (reply.kind === 'broken') {
    log.error({ stack: reply.stack }, 'a body could not be read')
    throw new AppError('internal', reply.message)
  }
  return reply
}

const overloaded = (): AppError =>
  new AppError('overloaded', 'more recordings and policies wait to be read than fit', { retryAfter: 1 })

const unexpected = ({ kind }: BodyReply): AppError =>
  new AppError('internal', `expected the reply to another task, got ${kind}`)
