import type { Outcome } from '../../engine/model/verdict.ts'
import { type Caller } from '../../http/auth/caller.ts'
import { namespaceToList } from '../../http/auth/namespace-access.ts'
import type { Run, Step, StoredVerdict, VerdictStore } from '../../judge/ports/ports.ts'

export interface RolloutFilter {
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  readonly verdict?: Outcome | undefined
  readonly open?: boolean | undefined
  readonly after?: string | undefined
}

export interface Rollout {
  readonly run: Run
  readonly step?: Step | undefined
  readonly latest?: StoredVerdict | undefined
}

export interface RolloutPage {
  readonly items: readonly Rollout[]
  readonly next?: string | undefined
}

const pageSize = 25
/** How many runs are searched for a page of runs with one verdict. */
const searched = 200

/**
 * Runs with their current state, newest first. Rejects as `GET /v1/runs` does for namespaces that the caller may not
 * see.
 */
export async function readRollouts(
  store: VerdictStore,
  caller: Caller,
  { verdict, namespace: asked, name, open, after }: RolloutFilter,
): Promise<RolloutPage> {
  const namespace = namespaceToList(caller, asked)
  const found: Rollout[] = []
  let next = after
  for (let seen = 0; seen < searched; seen += pageSize) {
    const page = await store.listRuns({
      limit: pageSize - found.length,
      ...(namespace !== undefined && { namespace }),
      ...(name !== undefined && { name }),
      ...(open !== undefined && { open }),
      ...(next !== undefined && { after: next }),
    })
    const rollouts = await Promise.all(page.items.map((run) => readRollout(store, run)))
    found.push(...rollouts.filter(({ latest }) => verdict === undefined || latest?.verdict === verdict))
    next = page.next
    if (next === undefined || found.length >= pageSize) break
  }
  return { items: found, next }
}

async function readRollout(store: VerdictStore, run: Run): Promise<Rollout> {
  const [steps, verdicts] = await Promise.all([
    store.listSteps(run.id),
    store.listVerdicts(run.id, { limit: 1 }),
  ])
  return { run, step: steps.at(-1), latest: verdicts.items[0] }
}
