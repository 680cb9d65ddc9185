import type { Policy } from '../../engine/model/policy.ts'
import { policyToYaml } from '../../formats/policy/policy-to-yaml.ts'
import type { Decision, Run, RunKey, Step, VerdictStore } from '../ports/ports.ts'
import { createLru } from '../../lru.ts'

/** What is known of the runs of one rollout: from the store, or from this process's own memory of it. */
export interface RunHistory {
  findOpen(key: RunKey): Promise<Run | undefined>
  /** Whether the run can be changed here. */
  has(run: Run): Promise<boolean>
  /** Newest first, open and closed. */
  listRuns(key: RunKey): Promise<readonly Run[]>
  /** Gives the run that is open under the key, or, where the id is known, the run of that id. */
  open(run: Run, policy: Policy): Promise<Run>
  change(run: Run, change: RunChange): Promise<Run>
  listSteps(run: Run): Promise<readonly Step[]>
  /** The first of an index wins. */
  openStep(step: Step): Promise<Step>
  listDecisions(run: Run): Promise<readonly Decision[]>
}

export type RunChange = Partial<
  Pick<
    Run,
    | 'start'
    | 'closedAt'
    | 'ending'
    | 'gates'
    | 'firstFailAt'
    | 'lastLookAt'
    | 'lastHook'
    | 'lastHookAt'
    | 'params'
  >
>

const listed = 50

export function storedRunHistory(store: VerdictStore): RunHistory {
  return {
    findOpen: (key) => store.findOpenRun(key),
    has: async ({ id }) => (await store.getRun(id)) !== undefined,
    async listRuns({ source, namespace, name }) {
      const { items } = await store.listRuns({ namespace, name, limit: listed })
      return items.filter((run) => run.source === source)
    },
    async open(run, policy) {
      const known = await store.getRun(run.id)
      if (known !== undefined) return known
      // Before the run, so that no run is ever without its policy.
      await store.savePolicy(run.policyDigest, policyToYaml(policy))
      const { run: opened, opened: isNew } = await store.openRun(run)
      if (isNew && opened.closedAt === undefined) await store.bindDecisions(opened)
      return opened
    },
    change: (run, change) => store.updateRun(run.id, change),
    listSteps: (run) => store.listSteps(run.id),
    openStep: (step) => store.saveStep(step),
    listDecisions: ({ id: runId, namespace, name }) => store.listDecisions({ namespace, name, runId }),
  }
}

/** The same book, each of whose answers comes in time or is a failure of the store. */
export function timedRunHistory(
  book: RunHistory,
  within: <T>(call: () => Promise<T>) => Promise<T>,
): RunHistory {
  return {
    findOpen: (key) => within(() => book.findOpen(key)),
    has: (run) => within(() => book.has(run)),
    listRuns: (key) => within(() => book.listRuns(key)),
    open: (run, policy) => within(() => book.open(run, policy)),
    change: (run, change) => within(() => book.change(run, change)),
    listSteps: (run) => within(() => book.listSteps(run)),
    openStep: (step) => within(() => book.openStep(step)),
    listDecisions: (run) => within(() => book.listDecisions(run)),
  }
}

/** A run as this process last saw it. */
export interface RememberedRun {
  readonly run: Run
  readonly steps: readonly Step[]
  readonly decisions: readonly Decision[]
}

export interface RunCache extends RunHistory {
  remember(known: RememberedRun): void
}

/** Stands in while the store is away: this replica goes on with what it knew. */
export function createRunCache(size = 10_000): RunCache {
  const runs = createLru<RememberedRun>(size)
  const keyOf = ({ source, namespace, name }: RunKey): string => JSON.stringify([source, namespace, name])
  const find = (run: Run): RememberedRun | undefined => {
    const known = runs.get(keyOf(run))
    return known?.run.id === run.id ? known : undefined
  }
  const remember = (known: RememberedRun): void => {
    const before = runs.get(keyOf(known.run))?.run
    // A look at a run of the past must not make us forget the one that is open.
    const isPast = known.run.closedAt !== undefined && before !== undefined && before.closedAt === undefined
    if (!isPast || before.id === known.run.id) runs.set(keyOf(known.run), known)
  }
  return {
    remember,
    async findOpen(key) {
      const known = runs.get(keyOf(key))?.run
      return known?.closedAt === undefined ? known : undefined
    },
    has: async () => true,
    async listRuns(key) {
      const known = runs.get(keyOf(key))
      return known === undefined ? [] : [known.run]
    },
    async open(run) {
      const known = find(run)
      if (known !== undefined) return known.run
      remember({ run, steps: [], decisions: [] })
      return run
    },
    async change(run, change) {
      const known = find(run) ?? { run, steps: [], decisions: [] }
      remember({ ...known, run: { ...known.run, ...change } })
      return { ...known.run, ...change }
    },
    listSteps: async (run) => find(run)?.steps ?? [],
    async openStep(step) {
      return step
    },
    listDecisions: async (run) => find(run)?.decisions ?? [],
  }
}
