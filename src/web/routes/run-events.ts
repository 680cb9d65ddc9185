import { setTimeout as wait } from 'node:timers/promises'
import type { Run } from '../../judge/ports/ports.ts'
import type { ReadRunState } from '../reading/run-states.ts'

export interface RunEvents {
  readonly read: ReadRunState
  readonly run: Run
  /** The state that the page shows. */
  readonly seen: string
  /** Aborts when the client disconnects or the service stops. */
  readonly signal: AbortSignal
  /** The time between two questions to the store. */
  readonly everyMs?: number
}

/**
 * The server-sent events of a run: one for each change, until the run has ended. The page refreshes itself at each event.
 * The changes come from the store, because another replica may judge the run. SQLite has no notifications, so it is asked.
 */
export async function* runEvents({
  read,
  run,
  seen,
  signal,
  everyMs = 2000,
}: RunEvents): AsyncGenerator<string> {
  yield `retry: ${everyMs}\n\n`
  let before = seen
  while (!signal.aborted) {
    const now = await read(run)
    // a comment shows proxies that the connection is in use
    yield now.text === before ? ':\n\n' : 'event: changed\ndata: \n\n'
    if (now.isClosed) return
    before = now.text
    await wait(everyMs, undefined, { signal }).catch(() => undefined)
  }
}
