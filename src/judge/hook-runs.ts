import { AppError } from '../errors.ts'
import { createLru } from '../lru.ts'
import { decisionsInForce } from './answer/decisions-in-force.ts'
import { type RunCache, type RunHistory, storedRunHistory, type Within } from './history/run-history.ts'
import type { StoreAccess } from './history/store-access.ts'
import { type ContextDeps, runContext } from './look/run-context.ts'
import { startDeadline } from './model/deadline.ts'
import type { JudgeRequest } from './model/judge-request.ts'
import type { Clock, Decision, MetricSource, RunKey, WriteQueue } from './ports/ports.ts'
import { type PlacedRun, type PlanTurn, takeTurn } from './runs/by-hooks.ts'

export interface HookRunsDeps extends ContextDeps {
  readonly access: StoreAccess
  readonly memory: RunCache
  readonly writes: WriteQueue
  readonly source: () => MetricSource | undefined
  readonly clock: Clock
}

/** The runs of a controller that opens and closes them by its hooks. They are in memory while the store is away. */
export interface HookRuns {
  /**
   * The open run, whatever its revision; after the turn, if one is given. The answer depends on it, so the change is
   * not queued.
   */
  take(request: JudgeRequest, plan?: PlanTurn): Promise<PlacedRun | undefined>
  /** Changes the open run now or, while the store is away, in memory now and in the store later. */
  keep(request: JudgeRequest, what: string, plan: PlanTurn): Promise<void>
  /** The same for a turn that may open a run. Refuses a request if all its looks would be refused. */
  begin(request: JudgeRequest, what: string, plan: PlanTurn): Promise<void>
  /** A person's hold on the rollout that is about to begin. While the store is away, as this process last saw it. */
  holdOnNext(
    name: Omit<RunKey, 'source'>,
  ): Promise<{ readonly hold: Decision | undefined; readonly away: boolean }>
}

/** Hooks that only change runs have to answer within the shortest timeout a manifest gives them. */
const answerMs = 2000
const storeCallMs = 500
const bytesOfWrite = 2000

export function createHookRuns(deps: HookRunsDeps): HookRuns {
  const { store, access, memory, writes, clock, source } = deps
  const holds = createLru<Decision>(1000)
  const read = <T>(work: (history: RunHistory, within: Within | undefined) => Promise<T>) =>
    access.read(startDeadline(answerMs), work, storeCallMs)

  /** a queued turn uses the time of its call */
  const keep = async (request: JudgeRequest, what: string, plan: PlanTurn, begins: boolean) => {
    const now = clock.now()
    const turn = async (history: RunHistory, within: Within | undefined): Promise<void> => {
      const context = await runContext(request, { history, within, now }, deps).catch((error: unknown) => {
        // the policy of an open run is known, and without a run there is nothing to change
        if (begins || !isWithoutPolicy(request, error)) throw error
      })
      if (context === undefined) return
      if (begins)
        source()?.check?.({ policy: context.loaded.policy, run: request, params: request.params ?? {} })
      const placed = await takeTurn(request, plan, context)
      if (placed !== undefined) memory.remember(placed)
    }
    const { away } = await read(turn)
    if (!away) return
    const run = (): Promise<void> => turn(storedRunHistory(store()), (call) => call())
    await writes.keepOrQueue(
      { what: `${what} of ${request.namespace}/${request.name}`, bytes: bytesOfWrite, run },
      0,
    )
  }
  return {
    async take(request, plan = () => ({})) {
      const { value } = await read(async (history, within) =>
        takeTurn(request, plan, await runContext(request, { history, within, now: clock.now() }, deps)),
      )
      if (value !== undefined) memory.remember(value)
      return value
    },
    keep: (request, what, plan) => keep(request, what, plan, false),
    begin: (request, what, plan) => keep(request, what, plan, true),
    async holdOnNext({ namespace, name }) {
      const key = JSON.stringify([namespace, name])
      const { value, away } = await read(async (_history, within) =>
        within?.(() => store().listDecisions({ namespace, name })),
      )
      if (value === undefined) return { hold: holds.get(key), away }
      const unbound = value.filter(({ runId }) => runId === undefined)
      const nextRun = { runId: '', step: undefined, firstStep: undefined }
      const hold = decisionsInForce(unbound, nextRun).findLast(({ kind }) => kind === 'hold')
      if (hold === undefined) holds.delete(key)
      else holds.set(key, hold)
      return { hold, away }
    },
  }
}

/** A request that names an unknown policy is a mistake in any case. */
const isWithoutPolicy = ({ policy }: JudgeRequest, error: unknown): boolean =>
  policy === undefined && error instanceof AppError && error.code === 'unknown-policy'
