import { hasRouter } from './manifests.ts'
import { copySpec, idOf, mayPromote } from './promotion.ts'
import type { Status } from './state.ts'
import type { TickDeps } from './tick-deps.ts'

/**
 * Blue/green and A/B have no weights: the canary is checked for a number of ticks. Then an A/B canary is promoted at once.
 * A blue/green one gets all traffic for one tick, and then Flagger asks again whether to promote.
 */
export async function iterate(at: Status, iterations: number, deps: TickDeps): Promise<void> {
  const { state, canary } = deps
  const isAB = canary.spec.analysis.match !== undefined
  if (at.iterations < iterations) {
    // The requests that `match` selects; all others stay with primary.
    if (isAB) await state.setWeight(100)
    return advanceIteration(at, iterations, deps)
  }
  if (!(await mayPromote(at, deps))) return
  if (isAB || at.iterations > iterations) return copySpec(at, deps)
  return routeToCanary(at, deps)
}

async function advanceIteration(
  at: Status,
  iterations: number,
  { state, messenger, canary }: TickDeps,
): Promise<void> {
  const next = at.iterations + 1
  state.change({ iterations: next })
  await messenger.event(`Advance ${idOf(canary)} canary iteration ${next}/${iterations}`, at)
}

async function routeToCanary(at: Status, { state, messenger, canary }: TickDeps): Promise<void> {
  if (hasRouter(canary)) {
    await messenger.event('Routing all traffic to canary', at)
    await state.setWeight(100)
  }
  state.change({ iterations: at.iterations + 1 })
}
