import type { Writable } from 'node:stream'

export interface Progress {
  show(done: number, bad: number): void
  clear(): void
}

const everyMs = 200

/** Shows a count on a terminal, and nothing elsewhere. */
export function progress(
  errors: Writable & { readonly isTTY?: boolean },
  now: () => number = () => performance.now(),
): Progress {
  if (errors.isTTY !== true) return { show: () => undefined, clear: () => undefined }
  const started = now()
  let last = started
  let visible = false
  return {
    show(done, bad) {
      if (now() - last < everyMs) return
      last = now()
      visible = true
      const rate = Math.round(done / ((last - started) / 1000))
      errors.write(`\r\u001B[K${done} recordings${bad > 0 ? `, ${bad} bad` : ''}, ${rate} a second`)
    },
    clear() {
      if (visible) errors.write('\r\u001B[K')
      visible = false
    },
  }
}
