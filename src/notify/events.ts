import { hash } from 'node:crypto'
import { z } from 'zod'
import { asksPerson } from '../judge/model/waits-for-person.ts'
import type { Decision, EventKind, RolloutEvent, Run, Step, StoredVerdict } from '../judge/ports/ports.ts'

/** A run that came as a recording is over when it is opened. */
export function eventOfOpening(run: Run): RolloutEvent | undefined {
  return run.closedAt === undefined ? eventOfRun('began', run, run.openedAt) : undefined
}

export function eventOfChange(before: Run, change: Partial<Run>): RolloutEvent | undefined {
  const kind = kindsByEnding.get(change.ending ?? '')
  return kind === undefined || change.closedAt === undefined
    ? undefined
    : eventOfRun(kind, { ...before, ...change }, change.closedAt)
}

/** Controllers that end runs themselves say how. */
const kindsByEnding: ReadonlyMap<string, EventKind> = new Map([
  ['promoted', 'promoted'],
  ['aborted', 'rolled-back'],
])

export function eventOfStep(run: Run, { index, weight, passedAt }: Step): RolloutEvent | undefined {
  if (passedAt === undefined) return undefined
  return { ...eventOfRun('step-passed', run, passedAt, index), step: stepOf(run, index, weight) }
}

/**
 * The event of a verdict, for its run; undefined where there is nothing to say. A fail and a question to people are sent
 * once for each step, however many looks answer them.
 */
export function eventOfVerdict(stored: StoredVerdict): ((run: Run) => RolloutEvent) | undefined {
  const body = bodySchema.safeParse(stored.body)
  if (!body.success) return undefined
  const kind = kindOf(stored, body.data.reasons)
  if (kind === undefined) return undefined
  const { step } = body.data
  const { id, judged, verdict, score, summary } = stored
  return (run) => ({
    // Before the first slice of its first step a run has none yet.
    ...eventOfRun(kind, run, stored.createdAt, step?.index ?? 0),
    ...(step !== undefined && { step: stepOf(run, step.index, step.weight) }),
    verdict: { id, judged, verdict, score, summary },
  })
}

export function eventOfDecision(run: Run | undefined, decision: Decision): RolloutEvent {
  const { id, kind, scope, by, reason, at, namespace, name, step } = decision
  return {
    id: idOf(['decision', id]),
    kind: 'decision',
    at,
    namespace,
    name,
    ...(run !== undefined && { run: aboutRun(run) }),
    ...(run !== undefined && step !== undefined && { step: stepOf(run, step) }),
    decision: { kind, scope, by, reason },
  }
}

type Reasons = readonly { readonly code: string }[]

function kindOf({ judged, verdict }: StoredVerdict, reasons: Reasons): EventKind | undefined {
  const has = (code: string): boolean => reasons.some((reason) => reason.code === code)
  if (verdict === 'fail') return 'fail'
  if (verdict === 'inconclusive' && asksPerson(reasons)) return 'waiting'
  // A person who approved it, or holds it, knows. In mode observe nothing but this says it.
  return judged === 'fail' && has('mode-observe') && !has('approved') && !has('held') ? 'fail' : undefined
}

function eventOfRun(kind: EventKind, run: Run, at: number, step?: number): RolloutEvent {
  const { namespace, name } = run
  return { id: idOf([kind, run.id, step ?? '']), kind, at, namespace, name, run: aboutRun(run) }
}

const aboutRun = ({ id, revision, stableRevision, policy, policyDigest, labels }: Run) => ({
  id,
  revision,
  ...(stableRevision !== undefined && { stableRevision }),
  policy,
  policyDigest,
  ...(labels !== undefined && { labels }),
})

const stepOf = ({ gates }: Run, index: number, weight?: number) => ({
  index,
  ...(gates !== undefined && { of: gates }),
  ...(weight !== undefined && { weight }),
})

const idOf = (parts: readonly (string | number)[]): string =>
  hash('sha256', JSON.stringify(parts)).slice(0, 32)

const bodySchema = z.looseObject({
  reasons: z.array(z.looseObject({ code: z.string() })),
  step: z.looseObject({ index: z.int(), weight: z.number().optional() }).optional(),
})
