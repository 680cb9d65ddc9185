import type { ClaimedMessage, Clock, Log, VerdictStore } from '../judge/ports/ports.ts'
import { inTime } from '../timeout.ts'
import { deliver } from './deliver.ts'
import type { Posted } from './post.ts'
import type { NotifySettings } from './settings.ts'

export interface CourierDeps {
  /** Throws `store-unavailable` while there is none. */
  readonly store: () => VerdictStore
  readonly settings: () => NotifySettings
  readonly clock: Clock
  readonly log: Log
  readonly count: (target: string, result: 'sent' | 'failed' | 'given-up') => void
  /** From 0 to 1. */
  readonly random?: () => number
}

/** Takes messages from the store to their targets, one at a time for each target. */
export interface Courier {
  /** Looks for messages that are due; what is under way goes on. */
  wake(): void
  /** Resolves when nothing is under way; for tests and the end. */
  idle(): Promise<void>
  /** Takes no more. What is under way for longer is put back. */
  close(ms?: number): Promise<void>
}

/** Longer than a try can take: then the replica that claimed the message is gone. */
const claimMs = 60_000
const firstPauseMs = 1000
const longestPauseMs = 600_000
const giveUpMs = 24 * 3_600_000
const closeMs = 3000

export function createCourier(deps: CourierDeps): Courier {
  const { store, settings, clock, log } = deps
  const underWay = new Map<string, Promise<void>>()
  const rung = new Set<string>()
  /** A target that failed gets no other message before this moment. */
  const restUntil = new Map<string, number>()
  const closing = new AbortController()
  let closed = false

  const drain = async (target: string): Promise<void> => {
    while (rung.delete(target)) {
      for (;;) {
        const now = clock.now()
        if (closed || now < (restUntil.get(target) ?? 0)) return
        const message = await store().claimMessage(target, { now, until: now + claimMs })
        if (message === undefined) break
        await carry(message)
      }
    }
  }
  const carry = async (message: ClaimedMessage): Promise<void> => {
    const { id, target, tries, event } = message
    const notify = settings()
    const key = notify.links === undefined ? undefined : await store().sharedKey()
    const posted = await deliver(message, notify, closing.signal, clock.now(), key)
    const now = clock.now()
    const about = { target, event: event.kind, rollout: `${event.namespace}/${event.name}`, tries }
    const isLate = now - event.at > giveUpMs
    if (posted.result === 'again' && !isLate) {
      const pauseMs = closing.signal.aborted ? 0 : pauseAfter(posted, tries, deps.random)
      restUntil.set(target, now + pauseMs)
      deps.count(target, 'failed')
      log.warn({ ...about, why: posted.why, pauseMs }, 'a message was not delivered and is tried again')
      await store().settleMessage(id, { dueAt: now + pauseMs })
      return
    }
    await store().settleMessage(id, { doneAt: now })
    if (posted.result === 'sent') {
      deps.count(target, 'sent')
      log.debug(about, 'message delivered')
    } else {
      deps.count(target, 'given-up')
      log.error({ ...about, why: posted.why }, 'a message is given up')
    }
  }
  const start = (target: string): void => {
    rung.add(target)
    if (underWay.has(target)) return
    const draining = drain(target)
      .catch((error: unknown) => log.debug({ err: error, target }, 'messages cannot be read, later again'))
      .finally(() => underWay.delete(target))
    underWay.set(target, draining)
  }
  const idle = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all(underWay.values())
  }
  return {
    idle,
    wake() {
      if (!closed) Object.keys(settings().targets).forEach(start)
    },
    async close(ms = closeMs) {
      closed = true
      await inTime(idle(), ms, () => undefined)
      closing.abort()
      await idle()
    },
  }
}

function pauseAfter(
  { afterMs = 0 }: Extract<Posted, { readonly result: 'again' }>,
  tries: number,
  random = Math.random,
): number {
  const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(tries - 1, 20), longestPauseMs)
  return Math.round(Math.max(pauseMs * (0.5 + random() / 2), afterMs))
}
