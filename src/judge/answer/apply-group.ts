import type { Policy } from '../../engine/model/policy.ts'
import type { Outcome, Reason, Verdict } from '../../engine/model/verdict.ts'
import { withoutOutcome } from '../../engine/model/words.ts'
import { hasJudgement } from '../model/judgement.ts'
import type { Run, Step, StoredVerdict } from '../ports/ports.ts'
import { overrule } from './overrule.ts'

/** Another rollout of the group, as the store has it. */
export interface GroupMember {
  readonly run: Run
  readonly steps: readonly Step[]
  /** What was answered to it last. */
  readonly latest?: StoredVerdict | undefined
}

/** The rollouts that go together with the one that is judged. */
export interface Group {
  readonly name: string
  /** Undefined while the store is away. */
  readonly others: readonly GroupMember[] | undefined
}

export interface InGroup {
  readonly verdict: Verdict
  readonly changedBy: readonly string[]
}

/**
 * Makes one verdict of a group: when one member has failed all fail, and a step passes when all others have passed
 * theirs. A member that is a step ahead waits for nothing, so members never wait for each other.
 */
export function applyGroup(
  own: Verdict,
  group: Group,
  { run, step, policy }: { readonly run: Run; readonly step: number; readonly policy: Policy },
): InGroup {
  if (policy.mode === 'observe' || own.judged === 'fail' || own.verdict === 'fail') return unchanged(own)
  const { name, others } = group
  if (others === undefined) {
    const text = `the store is away, so the other rollouts of the group ${name} are not known`
    return own.verdict === 'pass' ? answered(own, 'inconclusive', [waiting(text)]) : unchanged(own)
  }
  const failed = others.filter((member) => hasFailed(member, run.start))
  if (failed.length > 0) {
    const outcome = policy.mode === 'pause' ? 'inconclusive' : 'fail'
    return answered(
      own,
      outcome,
      failed.map((member) => ({
        code: 'group-failed',
        text: `${member.run.name} of the group ${name} failed: ${said(member)}`,
      })),
    )
  }
  if (own.verdict !== 'pass') return unchanged(own)
  const behind = others.filter((member) => !hasPassed(member, step))
  if (behind.length > 0) {
    return answered(
      own,
      'inconclusive',
      behind.map((member) =>
        waiting(`waits for ${member.run.name} of the group ${name}, which has not passed: ${said(member)}`),
      ),
    )
  }
  if (others.length === 0) return unchanged(own)
  const names = others.map((member) => member.run.name).join(', ')
  const text = `the others of the group ${name} have passed this step too: ${names}`
  return { verdict: { ...own, reasons: [...own.reasons, { code: 'group-passed', text }] }, changedBy: [text] }
}

const unchanged = (verdict: Verdict): InGroup => ({ verdict, changedBy: [] })
const waiting = (text: string): Reason => ({ code: 'group-waiting', text })

function answered(own: Verdict, outcome: Outcome, reasons: readonly Reason[]): InGroup {
  const texts = reasons.map(({ text }) => text)
  return { verdict: overrule(own, outcome, reasons), changedBy: texts }
}

/** By its own data or by a person, and during this rollout: a failure of the group is not one of its own. */
function hasFailed({ latest }: GroupMember, since: number): boolean {
  if (latest?.verdict !== 'fail' || latest.createdAt < since) return false
  return !hasJudgement(latest) || latest.body.reasons.every(({ code }) => code !== 'group-failed')
}

/** Whether it has passed the step with this index, or its last one where it has fewer steps. */
function hasPassed({ run, steps, latest }: GroupMember, step: number): boolean {
  if (run.closedAt !== undefined) return true
  const last = steps.at(-1)
  if (last === undefined) return false
  if (last.index > step) return true
  const passed = last.passedAt !== undefined || latest?.verdict === 'pass'
  return passed && (last.index === step || last.index + 1 === run.gates)
}

const said = ({ latest }: GroupMember): string =>
  latest === undefined ? 'not judged yet' : withoutOutcome(latest.summary)
