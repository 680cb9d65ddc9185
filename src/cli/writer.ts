import { once } from 'node:events'
import type { Writable } from 'node:stream'

export interface Writer {
  /** Waits while the reader is slow; false once the reader has closed the stream. Other failures reject. */
  write(text: string): Promise<boolean>
}

export function createWriter(output: Writable): Writer {
  let failure: Error | undefined
  let gone = false
  output.on('error', (error: Error) => {
    if ('code' in error && error.code === 'EPIPE') gone = true
    else failure = error
  })
  output.on('close', () => {
    gone = true
  })
  return {
    async write(text) {
      if (!gone && failure === undefined && !output.write(text)) await drained(output)
      if (failure !== undefined) throw failure
      return !gone
    },
  }
}

async function drained(output: Writable): Promise<void> {
  const stop = new AbortController()
  const { signal } = stop
  // an error rejects both; the listener above keeps it
  const ended = [once(output, 'drain', { signal }), once(output, 'close', { signal })]
  await Promise.race(ended).catch(() => undefined)
  stop.abort()
  await Promise.allSettled(ended)
}
