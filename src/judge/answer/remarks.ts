import type { Reason } from '../../engine/model/verdict.ts'
import { oneLine } from '../../engine/model/words.ts'
import type { ActivePolicy } from '../model/active-policy.ts'
import type { JudgeRequest } from '../model/judge-request.ts'
import type { Run } from '../ports/ports.ts'
import { sliceMs } from '../runs/open-step.ts'
import type { AnsweredLook } from './answer-look.ts'

/** What a caller should know about its run beside the verdict. */
export function withRemarks(
  answer: AnsweredLook,
  { request, run, inForce, loaded }: RemarksInput,
): AnsweredLook {
  const remarks = [
    ...startIgnored(request, run, inForce),
    ...selectedUsers(request),
    ...olderPolicy(run, inForce, loaded),
  ]
  if (remarks.length === 0) return answer
  return {
    ...answer,
    verdict: { ...answer.verdict, reasons: [...answer.verdict.reasons, ...remarks] },
    changedBy: [...answer.changedBy, ...remarks.map(({ text }) => text)],
  }
}

export interface RemarksInput {
  readonly request: Pick<JudgeRequest, 'start' | 'selected'>
  readonly run: Run
  readonly inForce: ActivePolicy
  /** As policies are now; undefined = the policy of that name is gone. */
  readonly loaded: ActivePolicy | undefined
}

/** A later start would make the run forget what it has seen. */
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
