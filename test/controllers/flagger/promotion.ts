import type { Canary } from './manifests.ts'
import type { Status } from './state.ts'
import type { TickDeps } from './tick-deps.ts'

/** Asks whether to promote, and begins the promotion after a yes. */
export async function promote(at: Status, deps: TickDeps): Promise<void> {
  if (await mayPromote(at, deps)) await copySpec(at, deps)
}

export async function mayPromote(at: Status, deps: TickDeps): Promise<boolean> {
  const { state, messenger, canary, alert } = deps
  const failure = await messenger.firstFailure('confirm-promotion', progressing(at), 'Confirm-promotion')
  if (failure === undefined) return true
  if (at.phase === 'WaitingPromotion') {
    // Another round of checks comes before the next question; a canary with weights does not use this number.
    state.change({ iterations: (canary.spec.analysis.iterations ?? 0) - 1 })
    return false
  }
  state.change({ phase: 'WaitingPromotion' })
  const waiting = `waiting for promotion approval ${failure.hook.name}`
  await messenger.event(`Halt ${idOf(canary)} advancement ${waiting}`, at, 'Warning')
  if (!failure.hook.muteAlert) alert('Canary promotion is waiting for approval.')
  return false
}

export async function copySpec(at: Status, { state, messenger, canary }: TickDeps): Promise<void> {
  const primary = `${canary.spec.targetRef.name}-primary.${canary.metadata.namespace}`
  await messenger.event(`Copying ${targetOf(canary)} template spec to ${primary}`, at)
  state.change({ phase: 'Promoting' })
}

/** Most hooks get the phase Progressing, whatever the real phase is. */
export const progressing = (at: Status): Status => ({ ...at, phase: 'Progressing' })

export const idOf = ({ metadata }: Canary): string => `${metadata.name}.${metadata.namespace}`
export const targetOf = ({ metadata, spec }: Canary): string => `${spec.targetRef.name}.${metadata.namespace}`
