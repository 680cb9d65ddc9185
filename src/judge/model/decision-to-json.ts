import type { Decision } from '../ports/ports.ts'

export type DecisionJson = ReturnType<typeof decisionToJson>

/** A decision as every answer shows it, without what is undefined. */
export function decisionToJson(decision: Decision) {
  return {
    id: decision.id,
    namespace: decision.namespace,
    name: decision.name,
    ...(decision.runId !== undefined && { run: decision.runId }),
    decision: decision.kind,
    scope: decision.scope,
    ...(decision.step !== undefined && { step: decision.step }),
    override: decision.override,
    by: decision.by,
    reason: decision.reason,
    at: new Date(decision.at).toISOString(),
  }
}
