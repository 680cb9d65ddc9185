import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import type { Log, QueuedWrite, WriteQueue, WriteQueueCounts } from '../judge/ports/ports.ts'
import { inTime } from '../timeout.ts'

export interface WriteQueueOptions {
  readonly log: Log
  readonly maxWrites?: number
  readonly maxBytes?: number
  /** How long an answer waits for its write. */
  readonly timeoutMs?: number
  readonly firstPauseMs?: number
  readonly longestPauseMs?: number
  /** Resolves after the time, rejects when aborted. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

/**
 * Writes at once while the store answers. After a failure every write is queued without waiting for the store, until a
 * queued write has succeeded.
 */
export const createWriteQueue = (options: WriteQueueOptions): WriteQueue => {
  const queue = new Queue(options)
  return {
    keepOrQueue: (write, timeoutMs) => queue.keepOrQueue(write, timeoutMs),
    counts: () => queue.counts(),
    close: (timeoutMs) => queue.close(timeoutMs),
  }
}

type Result = 'written' | 'away' | 'refused' | 'late'

const defaults = {
  maxWrites: 1_000,
  maxBytes: 64 * 1024 * 1024,
  timeoutMs: 2_000,
  firstPauseMs: 500,
  longestPauseMs: 30_000,
  closeTimeoutMs: 3_000,
} as const

class Queue {
  readonly #options: Required<WriteQueueOptions>
  readonly #closed = new AbortController()
  /** Oldest first. */
  readonly #waiting = new Set<QueuedWrite>()
  #bytes = 0
  /** Writes whose callers no longer wait for them, and that may still succeed or fail. */
  readonly #late = new Map<symbol, Promise<void>>()
  #draining: Promise<void> | undefined
  /** The latest failure of the store. */
  #awayFor: unknown
  #kept = 0
  #keptLater = 0
  #dropped = 0
  #refused = 0

  constructor(options: WriteQueueOptions) {
    this.#options = { ...defaults, sleep: (ms, signal) => pause(ms, undefined, { signal }), ...options }
  }

  async keepOrQueue(write: QueuedWrite, timeoutMs = this.#options.timeoutMs): Promise<boolean> {
    const full = this.#late.size >= this.#options.maxWrites
    if (this.#draining !== undefined || full || this.#closed.signal.aborted) {
      this.#enqueue(write)
      return false
    }
    const attempt = this.#attempt(write)
    const result = await inTime(attempt, timeoutMs, () => 'late' as const)
    if (result === 'late') {
      this.#follow(write, attempt)
      return false
    }
    this.#settle(write, result)
    return result === 'written'
  }

  counts(): WriteQueueCounts {
    return {
      queued: this.#waiting.size + this.#late.size,
      queuedBytes: this.#bytes,
      kept: this.#kept,
      keptLater: this.#keptLater,
      dropped: this.#dropped,
      refused: this.#refused,
    }
  }

  async close(timeoutMs: number = defaults.closeTimeoutMs): Promise<void> {
    this.#closed.abort()
    await inTime(this.#lastDrain(), timeoutMs, () => undefined)
    const lost = this.#waiting.size + this.#late.size
    if (lost === 0) return
    this.#dropped += lost
    this.#waiting.clear()
    this.#bytes = 0
    this.#options.log.error({ lost }, 'stopped with writes that the store never took')
  }

  async #lastDrain(): Promise<void> {
    await Promise.all([this.#draining, ...this.#late.values()])
    await this.#writeAll()
  }

  #follow(write: QueuedWrite, attempt: Promise<Result>): void {
    const token = Symbol(write.what)
    const follow = async (): Promise<void> => {
      const result = await attempt
      this.#late.delete(token)
      if (result === 'written') this.#keptLater += 1
      else this.#settle(write, result)
    }
    this.#late.set(token, follow())
  }

  #settle(write: QueuedWrite, result: Result): void {
    if (result === 'written') this.#kept += 1
    if (result === 'refused') this.#refused += 1
    if (result === 'away') this.#enqueue(write)
  }

  /** Drops the oldest writes if the queue is full: a later recording of a run has the data of the earlier ones too. */
  #enqueue(write: QueuedWrite): void {
    const { maxWrites, maxBytes, log } = this.#options
    this.#waiting.add(write)
    this.#bytes += write.bytes
    for (const oldest of this.#waiting) {
      if (this.#waiting.size <= maxWrites && this.#bytes <= maxBytes) break
      this.#remove(oldest)
      this.#dropped += 1
      log.warn(
        { what: oldest.what, dropped: this.#dropped },
        'the write queue is full, its oldest write is lost',
      )
    }
    if (!this.#closed.signal.aborted) this.#draining ??= this.#drain()
  }

  async #drain(): Promise<void> {
    const { firstPauseMs, longestPauseMs, sleep, log } = this.#options
    const queued = this.#waiting.size
    log.error({ queued, err: this.#awayFor }, 'the store is away: verdicts are answered and queued')
    try {
      for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
        await sleep(pauseMs, this.#closed.signal)
        if (await this.#writeAll()) break
      }
      log.info({ keptLater: this.#keptLater }, 'the store is back and has what was queued')
    } catch (error) {
      if (!this.#closed.signal.aborted) log.error({ err: error }, 'waiting for the store failed')
    } finally {
      this.#draining = undefined
    }
  }

  /** Writes in order until one fails because the store is away; true when nothing is left. */
  async #writeAll(): Promise<boolean> {
    for (const write of this.#waiting) {
      const result = await this.#attempt(write)
      if (result === 'away') return false
      // it may have been dropped meanwhile, and was counted then
      if (!this.#remove(write)) continue
      if (result === 'written') this.#keptLater += 1
      else this.#refused += 1
    }
    return true
  }

  #remove(write: QueuedWrite): boolean {
    if (!this.#waiting.delete(write)) return false
    this.#bytes -= write.bytes
    return true
  }

  async #attempt(write: QueuedWrite): Promise<Result> {
    try {
      await write.run()
      return 'written'
    } catch (error) {
      if (error instanceof AppError && error.code === 'store-unavailable') {
        this.#awayFor = error
        return 'away'
      }
      this.#options.log.error({ err: error, what: write.what }, 'the store refused a write for good')
      return 'refused'
    }
  }
}
