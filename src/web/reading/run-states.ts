import type { Decision, Run, StoredVerdict, VerdictStore } from '../../judge/ports/ports.ts'

/** The state of a run as its page shows it. */
export interface RunState {
  /** Differs whenever the page differs. */
  readonly text: string
  readonly isClosed: boolean
}

/** Reads the state of a run. Readers of one run share a reading for a second. */
export type ReadRunState = (run: Run) => Promise<RunState>

const sharedMs = 1000

export function createRunStates(store: () => VerdictStore, keptMs = sharedMs): ReadRunState {
  const readings = new Map<string, Promise<RunState>>()
  return async (run) => {
    const shared = readings.get(run.id)
    if (shared !== undefined) return shared
    const reading = readState(store(), run)
    readings.set(run.id, reading)
    setTimeout(() => readings.delete(run.id), keptMs).unref()
    return reading
  }
}

async function readState(store: VerdictStore, { id, namespace, name }: Run): Promise<RunState> {
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
