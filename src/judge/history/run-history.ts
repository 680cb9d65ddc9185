import type { Policy } from '../../engine/model/policy.ts'
import { policyToYaml } from '../../formats/policy/policy-to-yaml.ts'
import type { Decision, Run, RunKey, Step, VerdictStore } from '../ports/ports.ts'
import { createLru, heldBytes } from '../../lru.ts'

/** What is known about the runs of one rollout: from the store, or from this process's memory. */
export interface RunHistory {
  findOpen(key: RunKey): Promise<Run | undefined>
  /** Whether the run can be changed here. */
  has(run: Run): Promise<boolean>
  /** Newest first, open and closed. */
  listRuns(key: RunKey): Promise<readonly Run[]>
  /** The same for every caller. */
  listByName(name: Omit<RunKey, 'source'>): Promise<readonly Run[]>
  /** Gives the run that is open under the key or, where the id is known, the run with that id. */
  open(run: Run, policy: Policy): Promise<Run>
  change(run: Run, change: RunChange): Promise<Run>
  listSteps(run: Run): Promise<readonly Step[]>
  /** The first step with an index wins. */
  openStep(step: Step): Promise<Step>
  listDecisions(run: Run): Promise<readonly Decision[]>
}

export type RunChange = Parameters<VerdictStore['updateRun']>[1]

/** Makes one call to the store. Where it has a time limit, a late answer counts as a failure of the store. */
export type Within = <T>(call: () => Promise<T>) => Promise<T>

const listed = 50

/** Each of its answers comes within the time limit of `within`. */
export function storedRunHistory(store: VerdictStore, within: Within = (call) => call()): RunHistory {
  const open: RunHistory['open'] = async (run, policy) => {
    const known = await store.getRun(run.id)
    if (known !== undefined) return known
    // before the run, so that every run has its policy
    await store.savePolicy(run.policyDigest, policyToYaml(policy))
    const { run: opened, opened: isNew } = await store.openRun(run)
    if (isNew && opened.closedAt === undefined) await store.bindDecisions(opened)
    return opened
  }
  const listByName: RunHistory['listByName'] = async ({ namespace, name }) =>
    (await within(() => store.listRuns({ namespace, name, limit: listed }))).items
  return {
    findOpen: (key) => within(() => store.findOpenRun(key)),
    has: async ({ id }) => (await within(() => store.getRun(id))) !== undefined,
    listRuns: async (key) => (await listByName(key)).filter(({ source }) => source === key.source),
    listByName,
    open: (run, policy) => within(() => open(run, policy)),
    change: (run, change) => within(() => store.updateRun(run.id, change)),
    listSteps: (run) => within(() => store.listSteps(run.id)),
    openStep: (step) => within(() => store.saveStep(step)),
    listDecisions: ({ id: runId, namespace, name }) =>
      within(() => store.listDecisions({ namespace, name, runId })),
  }
}

/** A run as this process last saw it. */
export interface RememberedRun {
  readonly run: Run
  readonly steps: readonly Step[]
  readonly decisions: readonly Decision[]
}

export interface RunCache extends RunHistory {
  /** The run as it was last remembered. */
  find(run: Run): Run | undefined
  /** Fields that are not given stay as they were. */
  remember(known: Pick<RememberedRun, 'run'> & Partial<RememberedRun>): void
}

/** Enough for ten thousand runs, or fewer if their decisions have long reasons. */
const cacheBytes = 16 * 1024 * 1024

/** Replaces the store while it is away: this replica continues with what it knows. */
export function createRunCache(bytes = cacheBytes): RunCache {
  const runs = createLru<RememberedRun>(bytes, heldBytes)
  // a run takes ten times as much, and a name is of no use without its run
  const keysByName = createLru<readonly string[]>(bytes / 8, heldBytes)
  const keyOf = ({ source, namespace, name }: RunKey): string => JSON.stringify([source, namespace, name])
  const nameOf = ({ namespace, name }: Omit<RunKey, 'source'>): string => JSON.stringify([namespace, name])
  const find = (run: Run): RememberedRun | undefined => {
    const known = runs.get(keyOf(run))
    return known?.run.id === run.id ? known : undefined
  }
  const remember: RunCache['remember'] = (known) => {
    const before = runs.get(keyOf(known.run))?.run
    // a look at a past run must not replace the open run
    const isPast = known.run.closedAt !== undefined && before !== undefined && before.closedAt === undefined
    if (isPast && before.id !== known.run.id) return
    const others = keysByName.get(nameOf(known.run)) ?? []
    keysByName.set(nameOf(known.run), [...new Set([...others, keyOf(known.run)])])
    runs.set(keyOf(known.run), { ...(find(known.run) ?? { steps: [], decisions: [] }), ...known })
  }
  return {
    remember,
    find: (run) => find(run)?.run,
    async findOpen(key) {
      const known = runs.get(keyOf(key))?.run
      return known?.closedAt === undefined ? known : undefined
    },
    has: async () => true,
    async listRuns(key) {
      const known = runs.get(keyOf(key))
      return known === undefined ? [] : [known.run]
    },
    listByName: async (name) =>
      (keysByName.get(nameOf(name)) ?? []).flatMap((key) => runs.get(key)?.run ?? []),
    async open(run) {
      const known = find(run)
      if (known === undefined) remember({ run })
      return known?.run ?? run
    },
    async change(run, change) {
      const changed = { ...(find(run)?.run ?? run), ...change }
      remember({ run: changed })
      return changed
    },
    listSteps: async (run) => find(run)?.steps ?? [],
    openStep: async (step) => step,
    listDecisions: async (run) => find(run)?.decisions ?? [],
  }
}
