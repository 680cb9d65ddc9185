import type { Clock } from '../judge/ports/ports.ts'
import type { Metrics } from './metrics.ts'

export type LifeState = 'starting' | 'ready' | 'stopping'

export interface PartHealth {
  readonly status: 'ok' | 'degraded'
  /** Why it is degraded, without anything internal: details are in the log. */
  readonly reason?: string
  /** RFC 3339. */
  readonly since: string
}

/** The content of `/readyz`: whether this process takes requests, and the state of its parts. */
export interface Health {
  state: LifeState
  ok(part: string): void
  /** With `forMs` the state is forgotten that long after it was last reported. */
  degraded(part: string, reason: string, forMs?: number): void
  /** The part does not exist any more. */
  forget(part: string): void
  /** Forgets states that were not reported again in time. Call it before reading. */
  forgetStale(): void
  parts(): Readonly<Record<string, PartHealth>>
}

export function createHealth(clock: Clock, metrics: Metrics): Health {
  const parts = new Map<string, PartHealth>()
  const staleAt = new Map<string, number>()
  const set = (part: string, status: PartHealth['status'], reason?: string): void => {
    const before = parts.get(part)
    const since = before?.status === status ? before.since : new Date(clock.now()).toISOString()
    parts.set(part, { status, ...(reason !== undefined && { reason }), since })
    staleAt.delete(part)
    metrics.partUp.set({ part }, status === 'ok' ? 1 : 0)
  }
  const forget = (part: string): void => {
    parts.delete(part)
    staleAt.delete(part)
    metrics.partUp.remove({ part })
  }
  return {
    state: 'starting',
    ok: (part) => set(part, 'ok'),
    degraded(part, reason, forMs) {
      set(part, 'degraded', reason)
      if (forMs !== undefined) staleAt.set(part, clock.now() + forMs)
    },
    forget,
    forgetStale() {
      for (const [part, ms] of staleAt) if (clock.now() > ms) forget(part)
    },
    parts: () => Object.fromEntries(parts),
  }
}
