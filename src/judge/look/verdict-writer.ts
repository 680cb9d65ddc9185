import type { Notifier, VerdictStore, WriteQueue } from '../ports/ports.ts'
import type { Deadline } from '../model/deadline.ts'
import type { Judgement } from '../model/judgement.ts'
import type { RolloutLook } from './judge-rollout.ts'
import { type ToKeep, writeOfLook } from './keep-look.ts'
import type { LookCache } from './look-cache.ts'
import { createLru } from '../../lru.ts'
import type { RunCache } from '../history/run-history.ts'

/** Keeps looks, says whether they are durable, and tells people. */
export interface VerdictWriter {
  keep(look: ToKeep, deadline: Deadline): Promise<Judgement>
  keepRollout(look: RolloutLook, deadline: Deadline): Promise<Judgement>
}

export interface VerdictWriterDeps {
  readonly store: () => VerdictStore
  readonly writes: WriteQueue
  readonly memory: RunCache
  readonly cache: LookCache
  readonly notifier: Notifier | undefined
}

const longestWriteMs = 2000
/** For the way of the answer itself. */
const reserveMs = 100
const rememberedLooks = 20_000

export function createVerdictWriter({
  store,
  writes,
  memory,
  cache,
  notifier,
}: VerdictWriterDeps): VerdictWriter {
  const durable = createLru<true>(rememberedLooks)
  const lastVerdict = createLru<string>(rememberedLooks)

  const keep = async (look: ToKeep, deadline: Deadline): Promise<Judgement> => {
    const { id } = look.judgement
    const nothingNew = durable.get(id) && look.change === undefined && look.passed === undefined
    if (nothingNew) return { ...look.judgement, kept: true }
    const patience = Math.max(Math.min(longestWriteMs, deadline.leftMs() - reserveMs), 0)
    let answered = false
    const kept = await writes.keepOrQueue(
      writeOfLook(look, store, () => answered),
      patience,
    )
    answered = true
    if (kept) durable.set(id, true)
    return { ...look.judgement, kept }
  }
  const tell = ({ run, stored }: RolloutLook): void => {
    const changed = lastVerdict.get(run.id) !== stored.verdict
    lastVerdict.set(run.id, stored.verdict)
    notifier?.notify({ run, verdict: stored, changed })
  }
  return {
    keep,
    async keepRollout(look, deadline) {
      // There is no room for its writes either.
      if (look.overloaded) return { ...look.judgement, kept: false }
      const isNew = durable.get(look.judgement.id) === undefined
      const judgement = await keep(look, deadline)
      if (judgement.kept && look.recordingDigest !== undefined)
        cache.stored(look.cacheKey, look.recordingDigest)
      if (!judgement.kept || look.unsaved) rememberLook(memory, look)
      if (isNew) tell(look)
      return judgement
    },
  }
}

/** While the store is away, what this look found out is known here only. */
function rememberLook(memory: RunCache, { run, steps, change, passed, decisions }: RolloutLook): void {
  memory.remember({
    run: { ...run, ...change },
    steps: steps.map((step) => (step.index === passed?.index ? passed : step)),
    decisions,
  })
}
