import type { Decision } from '../ports/ports.ts'

export interface DecidedFor {
  readonly runId: string
  /** The step of the look; undefined = the run has no steps. */
  readonly step: number | undefined
  /** The first step that a look named; decisions made before any step belong to it. */
  readonly firstStep: number | undefined
}

/** The decisions that hold for the step, oldest first: not cleared, and not about another step or run. */
export function decisionsInForce(
  decisions: readonly Decision[],
  { runId, step, firstStep }: DecidedFor,
): readonly Decision[] {
  const standing: Decision[] = []
  const stepOf = (decision: Decision): number | undefined => decision.step ?? firstStep
  for (const decision of decisions) {
    if (decision.runId !== undefined && decision.runId !== runId) continue
    if (decision.kind !== 'clear') standing.push(decision)
    else if (decision.scope === 'run') standing.length = 0
    else keepOnly(standing, (each) => each.scope === 'run' || stepOf(each) !== stepOf(decision))
  }
  return standing.filter(
    // rejecting one step rejects the whole rollout, so that its later steps do not pass either
    (decision) => decision.scope === 'run' || decision.kind === 'reject' || stepOf(decision) === step,
  )
}

function keepOnly(list: Decision[], wanted: (decision: Decision) => boolean): void {
  list.splice(0, list.length, ...list.filter(wanted))
}
