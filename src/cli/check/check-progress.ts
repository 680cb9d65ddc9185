import type { Writable } from 'node:stream'
import { toDuration } from '../../formats/policy/amounts.ts'
import { plain } from '../plain.ts'

export interface CheckProgress {
  /** `kind` identifies the state: a line is written only when it changes. */
  show(kind: string, text: string, elapsedMs: number): void
  /** Clears the line for the result. */
  clear(): void
}

type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** Shows progress while waiting: on a terminal one line that is overwritten, elsewhere a line for each change. */
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
      // a line that wraps cannot be overwritten
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
