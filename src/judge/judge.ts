import { AppError } from '../errors.ts'
import { inSpan } from '../in-span.ts'
import { createRunCache } from './history/run-history.ts'
import { createStoreAccess } from './history/store-access.ts'
import { createHookRuns, type HookRuns } from './hook-runs.ts'
import { answerByHand } from './look/answer-by-hand.ts'
import type { RecordingLook } from './look/judge-recording.ts'
import { judgeRollout } from './look/judge-rollout.ts'
import type { AnalyzeApart } from './look/observe.ts'
import { createLookCache } from './look/look-cache.ts'
import { createLookMemory } from './data/look-memory.ts'
import { createVerdictWriter, type Decided } from './look/verdict-writer.ts'
import { type Deadline, startDeadline } from './model/deadline.ts'
import type { JudgeRequest } from './model/judge-request.ts'
import type { Judgement } from './model/judgement.ts'
import { createPolicyMemory } from './policies/kept-policies.ts'
import type { Clock, Log, MetricSource, PolicyLibrary, VerdictStore, WriteQueue } from './ports/ports.ts'

// The door of this room, beside its ports and its model.
export { isControllers } from './history/look-by-hand.ts'
export type { HookRuns } from './hook-runs.ts'
export { judgeRecording, type RecordingLook } from './look/judge-recording.ts'
export { judgeData, type LookData } from './data/judge-data.ts'
export { createLookMemory } from './data/look-memory.ts'
export type { Analysis } from './look/observe.ts'
export {
  createPolicyLibrary,
  pickPolicy,
  type PoliciesNow,
  type PolicyPlaces,
  type PoliciesRead,
  type RefusedFile,
  type ReloadableLibrary,
} from './policies/policy-library.ts'
export { readBoundedFile } from './policies/read-bounded-file.ts'
export { unknownSources } from './policies/unknown-sources.ts'
export { probeSource } from './probe-source.ts'
export { momentAfter, recordDecision, type RecordDecisionDeps } from './record-decision.ts'
export type { PlacedRun, PlanTurn, Turn } from './runs/by-hooks.ts'
export { closeQuietRuns } from './runs/close-quiet-runs.ts'

export interface JudgeDeps {
  /** Throws `store-unavailable` while there is no store. */
  readonly store: () => VerdictStore
  readonly writes: WriteQueue
  readonly policies: PolicyLibrary
  /** Undefined = no Prometheus is configured. */
  readonly source: () => MetricSource | undefined
  readonly clock: Clock
  readonly log: Log
  /** The beginning of links; empty = links are relative. */
  readonly linkBase: () => string
  readonly limits: () => JudgeLimits
  /** Called when a step passes, with the time since the step began, and at the first fail, with that since the run began. */
  readonly decided?: Decided
  readonly maxComputations?: number
  readonly analyzeApart?: AnalyzeApart
  /** How long one call to the store may take. */
  readonly storeCallMs?: number
}

export interface JudgeLimits {
  /** Every answer comes within this time, whatever is away or slow. */
  readonly deadlineMs: number
  /** With more looks than this at once the answer is `overloaded`. */
  readonly maxLooks: number
}

export interface Judge {
  /** Judges a rollout by its data in the source. Rejects only for requests that can never work. */
  judge(request: JudgeRequest): Promise<Judgement>
  /**
   * Keeps the judgement of a rollout that came with all its data; `look` computes it within the given milliseconds.
   */
  judgeRecording(look: (withinMs: number) => Promise<RecordingLook>): Promise<Judgement>
  /** For controllers that report when a run begins and ends. */
  readonly hookRuns: HookRuns
}

/** The one use case: find the run, get its recording, analyze, decide, keep. */
export function createJudge(deps: JudgeDeps): Judge {
  const parts = partsOf(deps)
  const { limits } = deps
  const verdicts = createVerdictWriter({ ...parts, decided: deps.decided })
  const counted = countLooks(() => limits().maxLooks)
  const answerLook = async (request: JudgeRequest, full: boolean): Promise<Judgement> => {
    const deadline = deadlineOf(request, limits())
    const look = await judgeRollout(request, deadline, { ...parts, full })
    const answered =
      request.byHand === true
        ? await answerByHand(look, parts, deadline)
        : await inSpan('keep', {}, () => verdicts.keepRollout(look, deadline))
    logLook(request, answered, deps.log)
    return answered
  }
  return {
    judge: (request) => {
      const { caller, namespace, name } = request
      return counted((full) => inSpan('look', { caller, namespace, name }, () => answerLook(request, full)))
    },
    judgeRecording: (look) =>
      counted(async (full) => {
        if (full) throw new AppError('overloaded', 'more looks are under way than fit', { retryAfter: 1 })
        const deadline = deadlineOf({}, limits())
        return verdicts.keep({ ...(await look(deadline.leftMs())), unsaved: true }, deadline)
      }),
    hookRuns: createHookRuns(parts),
  }
}

function logLook(
  { caller, namespace, name }: JudgeRequest,
  { run, verdict, judged, kept }: Judgement,
  log: Log,
): void {
  log.info({ by: caller, namespace, name, run, verdict, judged, kept }, 'look answered')
}

function partsOf(deps: JudgeDeps) {
  const { store, maxComputations, storeCallMs } = deps
  const memory = createRunCache()
  return {
    ...deps,
    memory,
    access: createStoreAccess({ store, memory, ...(storeCallMs !== undefined && { callMs: storeCallMs }) }),
    policyMemory: createPolicyMemory(),
    lookMemory: createLookMemory(),
    cache: createLookCache({ ...(maxComputations !== undefined && { maxUnderWay: maxComputations }) }),
    digest: ((recording) => store().digestRecording(recording)) satisfies VerdictStore['digestRecording'],
  }
}

function deadlineOf(
  { answerMs = Infinity, waitedMs = 0 }: Pick<JudgeRequest, 'answerMs' | 'waitedMs'>,
  { deadlineMs }: JudgeLimits,
): Deadline {
  return startDeadline(Math.max(Math.min(deadlineMs, answerMs) - waitedMs, 0))
}

/** Counts the looks under way; says whether there is no room for one more. */
function countLooks(most: () => number) {
  let underWay = 0
  return async <T>(look: (full: boolean) => Promise<T>): Promise<T> => {
    underWay += 1
    try {
      return await look(underWay > most())
    } finally {
      underWay -= 1
    }
  }
}
