import type { Notifier, VerdictStore, WriteQueue } from '../ports/ports.ts'
import type { Deadline } from '../model/deadline.ts'
import type { Judgement } from '../model/judgement.ts'
import type { RolloutLook } from './judge-rollout.ts'
import { type ToKeep, type WriteOptions, writeOfLook } from './keep-look.ts'
import type { LookCache } from './look-cache.ts'
import { createLru } from '../../lru.ts'
import type { RunCache } from '../history/run-history.ts'

/** Keeps looks, says whether they are durable, and reports them to people. */
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
/** The time for sending the answer itself. */
const reserveMs = 100
const rememberedLooks = 20_000

export function createVerdictWriter(deps: VerdictWriterDeps): VerdictWriter {
  const { store, writes, memory, cache, notifier } = deps
  const durable = createLru<true>(rememberedLooks)

  const keep = async (
    look: ToKeep,
    deadline: Deadline,
    reports?: WriteOptions['reports'],
  ): Promise<Judgement> => {
    const { id } = look.judgement
    const nothingNew = durable.get(id) && look.change === undefined && look.passed === undefined
    if (nothingNew) return { ...look.judgement, kept: true }
    const patience = Math.max(Math.min(longestWriteMs, deadline.leftMs() - reserveMs), 0)
    let left = false
    const options = { answered: () => left, ...(reports !== undefined && { reports }) }
    const kept = await writes.keepOrQueue(writeOfLook(look, store, options), patience)
    left = true
    if (kept) durable.set(id, true)
    return { ...look.judgement, kept }
  }
  return {
    keep: (look, deadline) => keep(look, deadline),
    async keepRollout(look, deadline) {
      const { run, stored, steps, change, passed, decisions } = look
      // there is no room for its writes either
      if (look.overloaded) return { ...look.judgement, kept: false }
      const isNew = durable.get(stored.id) === undefined
      // as far as this process knows, until the store answers
      let changed = memory.find(run)?.reported !== stored.verdict
      const judgement = await keep(look, deadline, (said) => {
        changed = said
      })
      if (judgement.kept && look.recordingDigest !== undefined)
        cache.stored(look.cacheKey, look.recordingDigest)
      // while the store is away, only this process knows what the look found
      memory.remember({
        run: { ...run, ...change, reported: stored.verdict },
        steps: steps.map((step) => (step.index === passed?.index ? passed : step)),
        decisions,
      })
      if (isNew) notifier?.notify({ run, verdict: stored, changed })
      return judgement
    },
  }
}
