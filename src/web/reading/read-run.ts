import { AppError } from '../../errors.ts'
import { parsePolicy } from '../../formats/policy/parse-policy.ts'
import type { Caller } from '../../http/auth/caller.ts'
import { visibleRun } from '../../http/auth/namespace-access.ts'
import { hasJudgement, type Judgement } from '../../judge/model/judgement.ts'
import type { Decision, Run, Step, StoredVerdict, VerdictStore } from '../../judge/ports/ports.ts'
import { type Thresholds, thresholds } from './thresholds.ts'

export interface RunView {
  readonly run: Run
  readonly steps: readonly Step[]
  readonly decisions: readonly Decision[]
  /** Oldest first; the latest ones, if there are many. */
  readonly looks: readonly Look[]
  readonly limits: ReadonlyMap<string, Thresholds>
}

export interface Look extends StoredVerdict {
  readonly body: Judgement
}

const maxLooks = 200

/** Rejects as `GET /v1/runs/{id}` does. */
export async function readRun(store: VerdictStore, caller: Caller, id: string): Promise<RunView> {
  const run = await visibleRun(store, caller, id)
  const [steps, decisions, { items }, policyText] = await Promise.all([
    store.listSteps(run.id),
    store.listDecisions({ namespace: run.namespace, name: run.name, runId: run.id }),
    store.listVerdicts(run.id, { limit: maxLooks }),
    store.loadPolicy(run.policyDigest),
  ])
  return {
    run,
    steps,
    decisions: decisions.filter(({ runId }) => runId === run.id),
    looks: items.filter(hasJudgement).toReversed(),
    limits: limitsOf(policyText, run.gates),
  }
}

/** Empty if the policy was not kept, or if this release cannot read what another release has kept. */
function limitsOf(policyText: string | undefined, gates: number | undefined): RunView['limits'] {
  if (policyText === undefined) return new Map()
  try {
    return thresholds(parsePolicy(policyText).policy, gates)
  } catch (error) {
    if (error instanceof AppError) return new Map()
    throw error
  }
}
