import type { Reason, Verdict } from '../../engine/model/verdict.ts'
import { oneLine } from '../../engine/model/words.ts'
import type { ActivePolicy } from '../model/active-policy.ts'
import { type JudgeRequest, paramsOf } from '../model/judge-request.ts'
import type { Run } from '../ports/ports.ts'
import { sliceMs } from '../runs/open-step.ts'
import type { AnsweredLook } from './answer-look.ts'

/** Adds what a caller should know about its run beside the verdict. */
export function withRemarks(
  answer: AnsweredLook,
  { request, run, inForce, loaded }: RemarksInput,
): AnsweredLook {
  const remarks = [
    ...startIgnored(request, run, inForce),
    ...selectedUsers(request),
    ...olderPolicy(run, inForce, loaded),
    ...unknownCanary(answer.verdict, request, run),
  ]
  if (remarks.length === 0) return answer
  return {
    ...answer,
    verdict: { ...answer.verdict, reasons: [...answer.verdict.reasons, ...remarks] },
    changedBy: [...answer.changedBy, ...remarks.map(({ text }) => text)],
  }
}

export interface RemarksInput {
  readonly request: Pick<JudgeRequest, 'start' | 'selected' | 'params'>
  readonly run: Run
  readonly inForce: ActivePolicy
  /** The policy with that name as it is now; undefined = it is gone. */
  readonly loaded: ActivePolicy | undefined
}

/** Says that a later start was ignored, because the run would lose the slices it has already judged. */
function startIgnored(
  { start }: RemarksInput['request'],
  run: Run,
  { policy }: ActivePolicy,
): readonly Reason[] {
  if (start === undefined || start < run.start + sliceMs(policy)) return []
  const [asked, began] = [start, run.start].map((ms) => new Date(ms).toISOString())
  const text = `the start ${asked} is ignored: the run of this revision began at ${began}`
  return [{ code: 'start-ignored', text }]
}

function selectedUsers({ selected }: RemarksInput['request']): readonly Reason[] {
  if (selected === undefined) return []
  const text = oneLine(
    `the canary has only chosen requests (${selected}): a difference may be one of users, not of versions`,
  )
  return [{ code: 'selected-users', text }]
}

function olderPolicy(run: Run, inForce: ActivePolicy, loaded: ActivePolicy | undefined): readonly Reason[] {
  if (run.policyDigest !== inForce.digest || loaded?.digest === inForce.digest) return []
  const now = loaded === undefined ? 'which is loaded no more' : 'and another version is loaded now'
  const text = `the run goes on with the policy "${run.policy}" (${run.policyDigest.slice(0, 12)}) that it began with, ${now}`
  return [{ code: 'older-policy', text }]
}

/**
 * Says that no series has the canary's revision: more often it is mistyped or the label is wrong than the data are
 * late.
 */
function unknownCanary(
  { reasons, metrics }: Verdict,
  { params }: RemarksInput['request'],
  run: Run,
): readonly Reason[] {
  const { policy, namespace, name, revision, stableRevision } = run
  const isMissing = reasons.some(({ code }) => code === 'no-canary-series')
  const isSeen = metrics.some(({ canary: { of = 0, value } }) => of > 0 || value !== undefined)
  if (!isMissing || isSeen) return []
  const flags: readonly (readonly [string, string | undefined])[] = [
    ['policy', `${policy}.yaml`],
    ['namespace', namespace],
    ['name', name],
    ['canary', revision],
    ['stable', stableRevision],
    ...Object.entries(paramsOf(params, run)).map(([key, value]) => ['param', `${key}=${value}`] as const),
  ]
  const written = flags.flatMap(([flag, value]) =>
    value === undefined ? [] : [`--${flag} ${shellWord(value)}`],
  )
  const text = `no series has the revision ${shellWord(revision)}; this says why: canary-judge doctor ${written.join(' ')}`
  return [{ code: 'unknown-canary', text }]
}

function shellWord(text: string): string {
  return /^[\w.=:/@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
