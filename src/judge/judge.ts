import { AppError } from '../errors.ts'
import { startDeadline } from './model/deadline.ts'
import type { JudgeRequest } from './model/judge-request.ts'
import type { RecordingLook } from './look/judge-recording.ts'
import { judgeRollout, type RolloutDeps } from './look/judge-rollout.ts'
import type { Judgement } from './model/judgement.ts'
import { createVerdictWriter } from './look/verdict-writer.ts'
import { createPolicyMemory } from './policies/kept-policies.ts'
import { createLookCache } from './look/look-cache.ts'
import { createRunCache } from './history/run-history.ts'
import { createStoreAccess } from './history/store-access.ts'
import type {
  Clock,
  Log,
  MetricSource,
  Notifier,
  PolicyLibrary,
  VerdictStore,
  WriteQueue,
} from './ports/ports.ts'

export interface JudgeDeps {
  /** Throws `store-unavailable` while there is none. */
  readonly store: () => VerdictStore
  readonly writes: WriteQueue
  readonly policies: PolicyLibrary
  /** Undefined = no Prometheus is configured. */
  readonly source: () => MetricSource | undefined
  readonly notifier?: Notifier
  readonly clock: Clock
  readonly log: Log
  /** What links begin with; empty = they are relative. */
  readonly linkBase: () => string
  readonly limits: () => JudgeLimits
  readonly maxComputations?: number
  /** How long one call to the store may take. */
  readonly storeCallMs?: number
}

export interface JudgeLimits {
  /** Within it every answer comes, whatever is away or slow. */
  readonly deadlineMs: number
  /** Beyond so many looks at once the answer is `overloaded`. */
  readonly maxLooks: number
}

export interface Judge {
  /** Judges a rollout by its data in Prometheus. Rejects only for requests that can never work. */
  judge(request: JudgeRequest): Promise<Judgement>
  /** Keeps the judgement on a rollout that came with all its data; `look` makes it within the milliseconds given. */
  judgeRecording(look: (withinMs: number) => Promise<RecordingLook>): Promise<Judgement>
}

/** The one use case: load the policy, get the recording, analyze, decide, keep, notify. */
export function createJudge(deps: JudgeDeps): Judge {
  const { limits, store, writes, notifier } = deps
  const rollout = rolloutDeps(deps)
  const { memory, cache } = rollout
  const verdictWriter = createVerdictWriter({ store, writes, memory, cache, notifier })
  let underWay = 0
  const counted = async (look: (full: boolean) => Promise<Judgement>): Promise<Judgement> => {
    underWay += 1
    try {
      return await look(underWay > limits().maxLooks)
    } finally {
      underWay -= 1
    }
  }
  return {
    judge: (request) =>
      counted(async (full) => {
        const deadline = startDeadline(timeFor(request, limits()))
        return verdictWriter.keepRollout(
          await judgeRollout(request, deadline, { ...rollout, full }),
          deadline,
        )
      }),
    judgeRecording: (look) =>
      counted(async (full) => {
        if (full) throw new AppError('overloaded', 'more looks are under way than fit', { retryAfter: 1 })
        const deadline = startDeadline(limits().deadlineMs)
        return verdictWriter.keep({ ...(await look(deadline.leftMs())), unsaved: true }, deadline)
      }),
  }
}

function timeFor({ answerMs = Infinity, waitedMs = 0 }: JudgeRequest, { deadlineMs }: JudgeLimits): number {
  return Math.max(Math.min(deadlineMs, answerMs) - waitedMs, 0)
}

function rolloutDeps(deps: JudgeDeps): Omit<RolloutDeps, 'full'> {
  const { store, policies, source, clock, log, linkBase, maxComputations, storeCallMs } = deps
  const memory = createRunCache()
  return {
    store,
    policies,
    source,
    clock,
    log,
    linkBase,
    memory,
    access: createStoreAccess({ store, memory, ...(storeCallMs !== undefined && { callMs: storeCallMs }) }),
    policyMemory: createPolicyMemory(),
    cache: createLookCache({ ...(maxComputations !== undefined && { maxUnderWay: maxComputations }) }),
    digest: (recording) => store().digestRecording(recording),
  }
}
