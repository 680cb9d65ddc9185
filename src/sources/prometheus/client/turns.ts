import { setImmediate } from 'node:timers/promises'

/** Runs one piece of long work in each turn of the event loop, so that other requests are answered between two pieces. */
export type InTurns = <T>(work: () => T) => Promise<T>

export function createTurns(): InTurns {
  let last: Promise<unknown> = Promise.resolve()
  return async (work) => {
    const own = last.then(() => setImmediate()).then(work)
    last = own.catch(() => undefined)
    return own
  }
}
