import { AppError } from '../../errors.ts'
import { checkAnswerable } from '../../judge/policies/check-answerable.ts'
import { decisionsInForce } from '../../judge/answer/decisions-in-force.ts'
import { startDeadline } from '../../judge/model/deadline.ts'
import { createHoldMemory } from '../../judge/history/hold-memory.ts'
import type { JudgeRequest } from '../../judge/model/judge-request.ts'
import { createPolicyMemory, keptPolicies } from '../../judge/policies/kept-policies.ts'
import { createRunCache, type RunHistory, storedRunHistory } from '../../judge/history/run-history.ts'
import { createStoreAccess, type Within } from '../../judge/history/store-access.ts'
import type {
  Clock,
  Decision,
  Log,
  MetricSource,
  PolicyLibrary,
  Run,
  VerdictStore,
  WriteQueue,
} from '../../judge/ports/ports.ts'
import { type HookMark, readMark, writeMark } from './hook-mark.ts'
import {
  beginRun,
  closeRun,
  type HookContext,
  openStepOfWeight,
  type Placed,
  placeRollout,
} from './run-rules.ts'
import type { HookCall } from './request.ts'

export interface FlaggerRunsDeps {
  readonly store: () => VerdictStore
  readonly writes: WriteQueue
  readonly policies: PolicyLibrary
  readonly source: () => MetricSource | undefined
  readonly clock: Clock
  readonly log: Log
}

/** Runs by Flagger's rules: kept in the store, and in this process's memory while the store is away. */
export interface FlaggerRuns {
  /** Opens the run of a pre-rollout, or goes on with it; refuses a call whose looks would all be refused. */
  begin(call: HookCall): Promise<void>
  /** The run and step of a rollout hook, opened where they are not yet. */
  place(call: HookCall): Promise<Placed>
  /** The open run, whatever its revision, with its steps. */
  find(call: HookCall): Promise<Placed | undefined>
  mark(run: Run, change: Partial<HookMark>, call: HookCall): Promise<void>
  /** The canary has this weight from now on. */
  advance(call: HookCall, weight: number): Promise<void>
  close(call: HookCall, ending: string, revision?: string): Promise<void>
  /** The store has it from the judge; this is for the time that it is away. */
  rememberFail(run: Run): Promise<void>
  /** A person's hold on the rollout that is about to begin; while the store is away, as this process last saw it. */
  hold(call: HookCall): Promise<{ readonly hold: Decision | undefined; readonly away: boolean }>
}

/** Hooks that only keep books have to answer within the shortest timeout a manifest gives them. */
const bookMs = 2000
const storeCallMs = 500
const bytesOfWrite = 2000

export function createFlaggerRuns(deps: FlaggerRunsDeps): FlaggerRuns {
  const { store, writes, clock, source } = deps
  const memory = createRunCache()
  const holds = createHoldMemory()
  const access = createStoreAccess({ store, memory, callMs: storeCallMs })
  const openDesk = createDesks(deps)
  const atDesk = <T>(call: HookCall, work: (context: HookContext) => Promise<T>) =>
    access.read(startDeadline(bookMs), async (book, within) => work(await openDesk(call, book, within)))
  const remember = ({ run, steps }: Placed): void => memory.remember({ run, steps, decisions: [] })

  /** Done now or, while the store is away, in memory now and in the store later. */
  const keep = async (
    call: HookCall,
    what: string,
    work: (context: HookContext) => Promise<void>,
    open: (...at: Parameters<typeof openDesk>) => Promise<HookContext | undefined> = openDesk,
  ): Promise<void> => {
    const now = clock.now()
    const workAt = async (book: RunHistory, within: Within | undefined): Promise<void> => {
      const context = await open(call, book, within)
      if (context !== undefined) await work({ ...context, now })
    }
    const { away } = await access.read(startDeadline(bookMs), workAt)
    if (!away) return
    const run = async (): Promise<void> => workAt(storedRunHistory(store()), direct)
    await writes.keepOrQueue(
      { what: `${what} of ${call.namespace}/${call.name}`, bytes: bytesOfWrite, run },
      0,
    )
  }
  /** For what changes an open run only: the policy of one is known, and without one there is nothing to change. */
  const keepOfOpenRun = (call: HookCall, what: string, work: (context: HookContext) => Promise<void>) =>
    keep(call, what, work, (...at) => openDesk(...at).catch(noneWithoutPolicy(call)))
  return {
    begin: (call) =>
      keep(call, 'pre-rollout', async (context) => {
        checkAnswerable(requestOf(call), context.loaded, source())
        const run = await beginRun(call, context)
        if (run !== undefined) remember({ run, steps: [] })
      }),
    async place(call) {
      const { value } = await atDesk(call, (context) => placeRollout(call, context))
      remember(value)
      return value
    },
    async find(call) {
      const { value } = await atDesk(call, findPlaced)
      if (value !== undefined) remember(value)
      return value
    },
    mark: (run, change, call) =>
      keep(call, 'hook', async ({ book, key, now }) => {
        const open = await book.findOpen(key)
        if (open?.id !== run.id || (open.lastHookAt ?? 0) > now) return
        const lastHook = writeMark({ ...readMark(open.lastHook), ...change })
        await book.change(open, { lastHook, lastHookAt: now })
      }),
    advance: (call, weight) =>
      keepOfOpenRun(call, 'weight', (context) => openStepOfWeight(call, weight, context)),
    close: (call, ending, revision) =>
      keepOfOpenRun(call, 'end', (context) => closeRun(ending, revision, context)),
    async rememberFail(run) {
      if (run.firstFailAt === undefined) await memory.change(run, { firstFailAt: clock.now() })
    },
    async hold({ namespace, name, revision }) {
      const key = JSON.stringify([namespace, name])
      const { value, away } = await access.read(startDeadline(bookMs), async (_book, within) =>
        within === undefined ? undefined : within(() => store().listDecisions({ namespace, name })),
      )
      if (value === undefined) return { hold: holds.get(key), away }
      const unbound = value.filter(({ runId }) => runId === undefined)
      const nextRun = { runId: revision, step: undefined, firstStep: undefined }
      const hold = decisionsInForce(unbound, nextRun).findLast(({ kind }) => kind === 'hold')
      if (hold === undefined) holds.delete(key)
      else holds.set(key, hold)
      return { hold, away }
    },
  }
}

const direct: Within = (call) => call()

/** A policy that is named and not there is a slip of the pen all the same. */
const noneWithoutPolicy =
  ({ policy }: HookCall) =>
  (error: unknown): undefined => {
    const isMissing = error instanceof AppError && error.code === 'unknown-policy'
    if (policy !== undefined || !isMissing) throw error
  }

async function findPlaced({ book, key }: HookContext): Promise<Placed | undefined> {
  const run = await book.findOpen(key)
  return run && { run, steps: await book.listSteps(run) }
}

function createDesks(deps: FlaggerRunsDeps) {
  const policyMemory = createPolicyMemory()
  return async (call: HookCall, book: RunHistory, within: Within | undefined): Promise<HookContext> => {
    const { namespace, name } = call
    const request = requestOf(call)
    const policies = keptPolicies(policyMemory, { ...deps, within })
    const loaded = await policies.loaded(request)
    const from = loaded.policy.source
    return {
      book,
      // Clusters with the same names have a Prometheus each.
      key: { source: from === 'default' ? 'flagger' : `flagger@${from}`, namespace, name },
      loaded,
      policyOf: (run) => policies.ofRun(run, request, loaded),
      now: deps.clock.now(),
    }
  }
}

const requestOf = ({ namespace, name, revision, policy, params }: HookCall): JudgeRequest => ({
  caller: 'flagger',
  namespace,
  name,
  revision,
  params,
  ...(policy !== undefined && { policy }),
})
