import type { VerdictStore, WriteQueue } from '../ports/ports.ts'
import type { Deadline } from '../model/deadline.ts'
import type { Judgement } from '../model/judgement.ts'
import type { RolloutLook } from './judge-rollout.ts'
import { type ToKeep, writeOfLook } from './keep-look.ts'
import type { LookCache } from './look-cache.ts'
import { createLru } from '../../lru.ts'
import type { RunCache } from '../history/run-history.ts'

/** Keeps looks, and says whether they are durable. */
export interface VerdictWriter {
  keep(look: ToKeep, deadline: Deadline): Promise<Judgement>
  keepRollout(look: RolloutLook, deadline: Deadline): Promise<Judgement>
}

export type Decided = (verdict: 'pass' | 'fail', seconds: number) => void

export interface VerdictWriterDeps {
  readonly store: () => VerdictStore
  readonly writes: WriteQueue
  readonly memory: RunCache
  readonly cache: LookCache
  readonly decided: Decided | undefined
}

const longestWriteMs = 2000
/** The time for sending the answer itself. */
const reserveMs = 100
const rememberedLooks = 20_000

export function createVerdictWriter(deps: VerdictWriterDeps): VerdictWriter {
  const { store, writes, memory, cache, decided } = deps
  const durable = createLru<true>(rememberedLooks)

  const keep = async (look: ToKeep, deadline: Deadline): Promise<Judgement> => {
    const { id } = look.judgement
    const nothingNew = durable.get(id) && look.change === undefined && look.passed === undefined
    if (nothingNew) return { ...look.judgement, kept: true }
    const patience = Math.max(Math.min(longestWriteMs, deadline.leftMs() - reserveMs), 0)
    let left = false
    const kept = await writes.keepOrQueue(writeOfLook(look, store, { answered: () => left }), patience)
    left = true
    if (kept) durable.set(id, true)
    return { ...look.judgement, kept }
  }
  return {
    keep,
    async keepRollout(look, deadline) {
      const { run, steps, change, passed, decisions } = look
      // there is no room for its writes either
      if (look.overloaded) return { ...look.judgement, kept: false }
      const judgement = await keep(look, deadline)
      if (judgement.kept && look.recordingDigest !== undefined)
        cache.stored(look.cacheKey, look.recordingDigest)
      // while the store is away, only this process knows what the look found
      memory.remember({
        run: { ...run, ...change },
        steps: steps.map((step) => (step.index === passed?.index ? passed : step)),
        decisions,
      })
      if (passed?.passedAt !== undefined) decided?.('pass', (passed.passedAt - passed.startedAt) / 1000)
      if (change?.firstFailAt !== undefined) decided?.('fail', (change.firstFailAt - run.start) / 1000)
      return judgement
    },
  }
}
