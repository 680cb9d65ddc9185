import type { GateChange, Run, Step, StoredVerdict } from '../../judge/ports/ports.ts'

/** Leaves out undefined fields, so that whole answers can be compared. */
export function runToJson(run: Run) {
  return {
    id: run.id,
    source: run.source,
    namespace: run.namespace,
    name: run.name,
    revision: run.revision,
    ...(run.stableRevision !== undefined && { stableRevision: run.stableRevision }),
    policy: run.policy,
    policyDigest: run.policyDigest,
    open: run.closedAt === undefined,
    start: toTime(run.start),
    openedAt: toTime(run.openedAt),
    lastLookAt: toTime(run.lastLookAt),
    ...(run.closedAt !== undefined && { closedAt: toTime(run.closedAt) }),
    ...(run.gates !== undefined && { gates: run.gates }),
    ...(run.firstFailAt !== undefined && { firstFailAt: toTime(run.firstFailAt) }),
    ...(run.ending !== undefined && { ending: run.ending }),
    ...(run.callerState !== undefined && { lastHook: run.callerState }),
    ...(run.calledAt !== undefined && { lastHookAt: toTime(run.calledAt) }),
    ...(run.params !== undefined && { params: run.params }),
    ...(run.labels !== undefined && { labels: run.labels }),
  }
}

export function stepToJson(step: Step) {
  return {
    index: step.index,
    ...(step.weight !== undefined && { weight: step.weight }),
    ...(step.next !== undefined && { next: step.next }),
    startedAt: toTime(step.startedAt),
    endsAt: toTime(step.endsAt),
    ...(step.passedAt !== undefined && { passedAt: toTime(step.passedAt) }),
  }
}

export function lookToJson(verdict: StoredVerdict) {
  const self = `/v1/verdicts/${encodeURIComponent(verdict.id)}`
  return {
    id: verdict.id,
    at: toTime(verdict.at),
    createdAt: toTime(verdict.createdAt),
    judged: verdict.judged,
    verdict: verdict.verdict,
    score: verdict.score,
    summary: verdict.summary,
    ...('kept' in verdict.body && verdict.body.kept === false && { kept: false }),
    links: {
      verdict: self,
      ...(verdict.recordingDigest !== undefined && { recording: `${self}/recording` }),
    },
  }
}

export const gateChangeToJson = ({ gate, open, by, at }: GateChange) => ({ gate, open, by, at: toTime(at) })

const toTime = (ms: number): string => new Date(ms).toISOString()
