import { hasRouter } from './manifests.ts'
import type { Status } from './state.ts'
import type { TickDeps } from './tick-deps.ts'

/** Sends all traffic to primary, sets the phase Failed, and reports it. */
export async function rollBack(at: Status, deps: TickDeps): Promise<void> {
  const { state, messenger, canary, alert } = deps
  const id = `${canary.metadata.name}.${canary.metadata.namespace}`
  const { threshold } = canary.spec.analysis
  if (at.failedChecks >= threshold) {
    await messenger.event(
      `Rolling back ${id} failed checks threshold reached ${at.failedChecks}`,
      at,
      'Warning',
    )
    alert(`Failed checks threshold reached ${at.failedChecks}`)
  }
  await state.setWeight(0)
  await messenger.event(`Canary failed! Scaling down ${id}`, { ...at, phase: 'Failed' }, 'Warning')
  state.change({ phase: 'Failed', failedChecks: 0, iterations: 0, lastApplied: state.spec() })
  await postRollout({ ...at, phase: 'Failed' }, at, deps)
}

/** The tick in phase Promoting: primary runs the new spec and gets all traffic. */
export async function shiftToPrimary(at: Status, { state, messenger, canary }: TickDeps): Promise<void> {
  if (hasRouter(canary)) {
    await messenger.event('Routing all traffic to primary', at)
    await state.setWeight(0)
  }
  state.change({ phase: 'Finalising' })
}

/** The tick in phase Finalising: the canary is scaled down. */
export async function finish(at: Status, deps: TickDeps): Promise<void> {
  const { state, messenger, canary } = deps
  state.change({ phase: 'Succeeded', lastPromoted: at.lastApplied })
  const succeeded: Status = { ...at, phase: 'Succeeded' }
  await postRollout(succeeded, succeeded, deps)
  const target = `${canary.spec.targetRef.name}.${canary.metadata.namespace}`
  await messenger.event(`Promotion completed! Scaling down ${target}`, succeeded)
}

/** After a hook that fails, the hooks behind it are not called; nothing else changes. */
async function postRollout(told: Status, about: Status, { messenger }: TickDeps): Promise<void> {
  const failure = await messenger.firstFailure('post-rollout', told, 'Post-rollout', about)
  if (failure === undefined) return
  await messenger.event(`Post-rollout hook ${failure.hook.name} failed ${failure.reason}`, about, 'Warning')
}
