import type { Recording } from '../../engine/model/recording.ts'
import type { Verdict } from '../../engine/model/verdict.ts'
import type { CutRecording, Step } from '../ports/ports.ts'
import { createLru, heldBytes } from '../../lru.ts'

/** The result of a look's data, before earlier answers and decisions. */
export interface Observation {
  readonly verdict: Verdict
  readonly recordingDigest: string
  /** The steps that had begun, in the recording's order. */
  readonly steps: readonly Step[]
  /** Undefined once it is stored. */
  readonly recording: Recording | undefined
  /** The recording in pieces, in place of the recording; undefined once it is stored. */
  readonly cut?: CutRecording | undefined
  /** Until when another look at the same run would see the same data; 0 = the next look asks the source again. */
  readonly validUntil: number
  /** Whether the data came from a recording that was kept. */
  readonly data: 'stored' | 'source'
}

/** Looks of one run at one slice share one computation. */
export interface LookCache {
  /** Rejects with what the computation rejects with. Undefined when too many computations are under way. */
  share(key: string, now: number, compute: () => Promise<Observation>): Promise<Observation> | undefined
  /** Drops the recording, because the store has it now. */
  stored(key: string, recordingDigest: string): void
}

/** Enough for a thousand looks or more; fewer while the store is away and recordings wait to be stored. */
const cacheBytes = 32 * 1024 * 1024

export function createLookCache({
  bytes = cacheBytes,
  maxUnderWay = 64,
}: { bytes?: number; maxUnderWay?: number } = {}): LookCache {
  const done = createLru<Observation>(bytes, heldBytes)
  const underWay = new Map<string, Promise<Observation>>()
  return {
    share(key, now, compute) {
      const known = done.get(key)
      if (known !== undefined && now < known.validUntil) return Promise.resolve(known)
      const shared = underWay.get(key)
      if (shared !== undefined) return shared
      if (underWay.size >= maxUnderWay) return undefined
      const started = (async () => {
        try {
          const observation = await compute()
          // a look that is over is never asked for again, and runs come and go all day
          done.dropWhile(({ validUntil }) => validUntil <= now)
          if (now < observation.validUntil) done.set(key, observation)
          return observation
        } finally {
          underWay.delete(key)
        }
      })()
      underWay.set(key, started)
      return started
    },
    stored(key, recordingDigest) {
      const known = done.get(key)
      if (known?.recordingDigest === recordingDigest)
        done.set(key, { ...known, recording: undefined, cut: undefined })
    },
  }
}
