import type { Writable } from 'node:stream'
import { toDuration } from '../../formats/policy/amounts.ts'
import { plain } from './check-answer.ts'

export interface CheckProgress {
  /** `kind` tells one state from another: only a change of it is news. */
  show(kind: string, text: string, elapsedMs: number): void
  /** Makes room for the result. */
  clear(): void
}

type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** While waiting: one line that is written over on a terminal, elsewhere one line a change. */
export function checkProgress(errors: Terminal, waitMs: number): CheckProgress {
  const whole = toDuration(waitMs / 1000)
  const timed = (text: string, elapsedMs: number): string =>
    `[${toDuration(Math.round(elapsedMs / 1000))} of ${whole}] ${plain(text)}`
  if (errors.isTTY !== true) {
    let last: string | undefined
    return {
      show(kind, text, elapsedMs) {
        if (kind !== last) errors.write(`${timed(text, elapsedMs)}\n`)
        last = kind
      },
      clear: () => undefined,
    }
  }
  let visible = false
  return {
    show(_kind, text, elapsedMs) {
      // A line that wraps cannot be written over.
      const line = timed(text, elapsedMs).slice(0, Math.max((errors.columns ?? 80) - 1, 20))
      errors.write(`\r\u001B[K${line}`)
      visible = true
    },
    clear() {
      if (visible) errors.write('\r\u001B[K')
      visible = false
    },
  }
}
