import type { Clock } from '../../judge/ports/ports.ts'

interface Window {
  hits: number
  readonly resetAt: number
}

export interface BoundedCounter {
  increment(key: string): { readonly hits: number; readonly resetAt: number }
  /** Hits in the key's current window. */
  get(key: string): { readonly hits: number; readonly resetAt: number } | undefined
  decrement(key: string): void
  delete(key: string): void
  readonly size: number
}

/** Counts hits per key in windows of fixed length. When it is full, the oldest window is removed. */
export function createBoundedCounter({
  clock,
  windowMs,
  maxKeys,
}: {
  readonly clock: Clock
  readonly windowMs: number
  readonly maxKeys: number
}): BoundedCounter {
  // Windows are equally long, so the order of insertion is the order in which they end.
  const windows = new Map<string, Window>()
  const current = (key: string): Window | undefined => {
    const window = windows.get(key)
    return window === undefined || window.resetAt <= clock.now() ? undefined : window
  }
  const open = (key: string): Window => {
    const now = clock.now()
    windows.delete(key)
    for (const [oldest, { resetAt }] of windows) {
      if (resetAt > now && windows.size < maxKeys) break
      windows.delete(oldest)
    }
    const window = { hits: 0, resetAt: now + windowMs }
    windows.set(key, window)
    return window
  }
  return {
    increment(key) {
      const window = current(key) ?? open(key)
      window.hits++
      return window
    },
    get: current,
    decrement(key) {
      const window = current(key)
      if (window !== undefined && window.hits > 0) window.hits--
    },
    delete: (key) => void windows.delete(key),
    get size() {
      return windows.size
    },
  }
}
