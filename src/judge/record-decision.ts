import { randomUUID } from 'node:crypto'
import { AppError } from '../errors.ts'
import type { Clock, Decision, DecisionKind, Log, Run, VerdictStore } from './ports/ports.ts'

export interface RecordDecisionDeps {
  readonly store: () => VerdictStore
  readonly clock: Clock
  readonly log: Log
}

export interface DecisionRequest {
  readonly namespace: string
  readonly name: string
  /** Undefined = the decision is for the next run that opens. */
  readonly run?: Run | undefined
  readonly decision: DecisionKind
  readonly scope: 'step' | 'run'
  /** Undefined = the current step, where the scope is a step. */
  readonly step?: number | undefined
  readonly override: boolean
  readonly by: string
  readonly reason: string
}

/** Stores what a person decided. Rejects with `conflict` for a closed run. */
export async function recordDecision(
  { store, clock, log }: RecordDecisionDeps,
  request: DecisionRequest,
): Promise<Decision> {
  const { namespace, name, run, scope, override, by, reason } = request
  if (run?.closedAt !== undefined) {
    throw new AppError('conflict', `expected an open run, but "${run.id}" is closed`)
  }
  const step = request.step ?? (scope === 'step' ? await currentStep(store(), run) : undefined)
  const decision: Decision = {
    id: randomUUID(),
    namespace,
    name,
    ...(run !== undefined && { runId: run.id }),
    kind: request.decision,
    scope,
    ...(step !== undefined && { step }),
    override,
    by,
    reason,
    at: await momentAfter(store(), request, clock.now()),
  }
  await store().saveDecision(decision)
  if (run === undefined) await bindToRunOpenedMeanwhile(store(), request)
  const { id, kind } = decision
  log.info({ decision: { id, namespace, name, kind, by, run: run?.id } }, 'decision recorded')
  return decision
}

/**
 * The time of a new decision: later than all earlier ones, whatever the clocks of the replicas show, so that `clear`
 * takes effect.
 */
export async function momentAfter(
  store: VerdictStore,
  { namespace, name, run }: Pick<DecisionRequest, 'namespace' | 'name' | 'run'>,
  now: number,
): Promise<number> {
  const before = await store.listDecisions({ namespace, name, ...(run !== undefined && { runId: run.id }) })
  return Math.max(now, (before.at(-1)?.at ?? 0) + 1)
}

/** Binds the decision to a run that was opened after this request looked for one and before it wrote the decision. */
async function bindToRunOpenedMeanwhile(
  store: VerdictStore,
  { namespace, name }: DecisionRequest,
): Promise<void> {
  const { items } = await store.listRuns({ namespace, name, open: true, limit: 1 })
  if (items[0] !== undefined) await store.bindDecisions(items[0])
}

async function currentStep(store: VerdictStore, run: Run | undefined): Promise<number | undefined> {
  if (run === undefined) return undefined
  const steps = await store.listSteps(run.id)
  return steps.length === 0 ? undefined : Math.max(...steps.map(({ index }) => index))
}
