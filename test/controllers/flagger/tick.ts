import { finish, rollBack, shiftToPrimary } from './endings.ts'
import { iterate } from './iterations.ts'
import { maxWeight, nextWeight } from './manifests.ts'
import { idOf, progressing, promote, targetOf } from './promotion.ts'
import type { Phase, Status } from './state.ts'
import type { TickDeps } from './tick-deps.ts'

const running = new Set<Phase>(['Progressing', 'WaitingPromotion', 'Promoting', 'Finalising'])
const analysing = new Set<Phase>(['Progressing', 'WaitingPromotion'])

/** One tick of Flagger's scheduler: which hooks are called, in which order, and what follows from them. */
export async function flaggerTick(deps: TickDeps): Promise<void> {
  const { canary, state, ready } = deps
  const at = state.status()
  // A failed Canary takes over the new spec before any hook is called.
  if (at.phase === 'Failed') state.change({ lastApplied: state.spec() })
  if (!running.has(at.phase) && at.phase !== 'Waiting' && !state.isNew(at)) return
  if (!ready('primary')) return
  if (!running.has(at.phase)) return confirmRollout(state.status(), deps)
  if (analysing.has(at.phase) && state.isNew(at)) return restart(at, deps)
  if (!ready('canary')) return
  if (analysing.has(at.phase) && (await wantsRollback(at, deps))) return rollBack(at, deps)
  if (at.phase === 'Promoting') return shiftToPrimary(at, deps)
  if (at.phase === 'Finalising') return finish(at, deps)
  if (at.failedChecks >= canary.spec.analysis.threshold) return rollBack(at, deps)
  if (await checksPass(at, deps)) await advance(at, deps)
}

async function confirmRollout(at: Status, deps: TickDeps): Promise<void> {
  const { state, messenger, canary } = deps
  const failure = await messenger.firstFailure('confirm-rollout', at, 'Confirm-rollout')
  if (failure !== undefined) {
    if (at.phase === 'Waiting') return
    state.change({ phase: 'Waiting' })
    await messenger.event(
      `Halt ${idOf(canary)} advancement waiting for approval ${failure.hook.name}`,
      at,
      'Warning',
    )
    if (!failure.hook.muteAlert) deps.alert('Canary is waiting for approval.')
    return
  }
  // This event comes before the new spec is written to the status, so it has the old checksum.
  await messenger.event(`New revision detected! Scaling up ${targetOf(canary)}`, progressing(at))
  state.change({ phase: 'Progressing', failedChecks: 0, iterations: 0, lastApplied: state.spec() })
}

async function restart(at: Status, { state, messenger, canary }: TickDeps): Promise<void> {
  await messenger.event(`New revision detected! Restarting analysis for ${targetOf(canary)}`, at)
  await state.setWeight(0)
  state.change({ phase: 'Progressing', failedChecks: 0, iterations: 0, lastApplied: state.spec() })
}

/** The first rollback hook that passes causes the rollback. */
async function wantsRollback(at: Status, deps: TickDeps): Promise<boolean> {
  const { messenger, canary } = deps
  for (const hook of messenger.hooksOf('rollback')) {
    const end = await messenger.call(hook, at)
    if (!end.passed) {
      await messenger.event(`Rollback hook ${hook.name} not signaling a rollback`, at)
      continue
    }
    await messenger.event(`Rollback check ${hook.name} passed`, at, 'Warning')
    await messenger.event(`Rolling back ${idOf(canary)} manual webhook invoked`, at, 'Warning')
    deps.alert('Rolling back manual webhook invoked')
    return true
  }
  return false
}

/** Calls pre-rollout hooks before the canary has traffic, and rollout hooks afterwards. A failure counts and ends the tick. */
async function checksPass(
  at: Status,
  { state, messenger, canary, failedMetric }: TickDeps,
): Promise<boolean> {
  const before = state.weight() === 0 && at.iterations === 0
  if (before) await messenger.event(`Starting canary analysis for ${targetOf(canary)}`, at)
  const failure = before
    ? await messenger.firstFailure('pre-rollout', progressing(at), 'Pre-rollout')
    : await messenger.firstFailure('rollout', progressing(at))
  const check = `${before ? 'pre-rollout' : 'external'} check`
  const failed =
    failure === undefined
      ? before
        ? undefined
        : await failedMetric()
      : `${check} ${failure.hook.name} failed ${failure.reason}`
  if (failed === undefined) return true
  await messenger.event(`Halt ${idOf(canary)} advancement ${failed}`, at, 'Warning')
  state.change({ failedChecks: at.failedChecks + 1 })
  return false
}

async function advance(at: Status, deps: TickDeps): Promise<void> {
  const { state, messenger, canary } = deps
  const { analysis } = canary.spec
  if (analysis.iterations !== undefined) return iterate(at, analysis.iterations, deps)
  if (at.phase !== 'WaitingPromotion' && !(await mayIncrease(at, deps))) return
  if (state.weight() >= maxWeight(analysis)) return promote(at, deps)
  await state.setWeight(nextWeight(analysis, state.weight()))
  await messenger.event(`Advance ${idOf(canary)} canary weight ${state.weight()}`, at)
}

async function mayIncrease(at: Status, { messenger, canary, alert }: TickDeps): Promise<boolean> {
  const type = 'confirm-traffic-increase'
  const failure = await messenger.firstFailure(type, progressing(at), 'Confirm-traffic-increase')
  if (failure === undefined) return true
  const waiting = `waiting for traffic increase approval ${failure.hook.name}`
  await messenger.event(`Halt ${idOf(canary)} advancement ${waiting}`, at, 'Warning')
  if (!failure.hook.muteAlert) alert('Canary traffic increase is waiting for approval.')
  return false
}
