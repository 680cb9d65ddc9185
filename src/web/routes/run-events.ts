import { setTimeout as wait } from 'node:timers/promises'
import type { Decision, Run, StoredVerdict, VerdictStore } from '../../judge/ports/ports.ts'

export interface RunEvents {
  readonly store: () => VerdictStore
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
  store,
  run,
  seen,
  signal,
  everyMs = 2000,
}: RunEvents): AsyncGenerator<string> {
  yield `retry: ${everyMs}\n\n`
  let before = seen
  while (!signal.aborted) {
    const now = await readState(store(), run)
    // a comment shows proxies that the connection is in use
    yield now.text === before ? ':\n\n' : 'event: changed\ndata: \n\n'
    if (now.isClosed) return
    before = now.text
    await wait(everyMs, undefined, { signal }).catch(() => undefined)
  }
}

async function readState(store: VerdictStore, { id, namespace, name }: Run) {
  const [run, { items }, decisions] = await Promise.all([
    store.getRun(id),
    store.listVerdicts(id, { limit: 1 }),
    store.listDecisions({ namespace, name, runId: id }),
  ])
  return {
    text: runState(run, items[0], decisions),
    isClosed: run === undefined || run.closedAt !== undefined,
  }
}

/** A text that differs whenever the page of the run differs. */
export function runState(
  run: Run | undefined,
  latest: StoredVerdict | undefined,
  decisions: readonly Decision[],
): string {
  const { closedAt = 0, firstFailAt = 0 } = run ?? {}
  return [latest?.id ?? '', decisions.length, firstFailAt, closedAt].join('-')
}
