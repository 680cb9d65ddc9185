import type { Outcome } from '../../engine/model/verdict.ts'

/** What an answer says about who acts next. */
export interface Answered {
  readonly verdict: Outcome
  readonly reasons: readonly { readonly code: string }[]
  readonly decisions: readonly { readonly decision: string }[]
}

/** Whether the rollout goes on only when a person decides: data alone change nothing. */
export function waitsForPerson({ verdict, reasons, decisions }: Answered): boolean {
  if (verdict !== 'inconclusive') return false
  return asksPerson(reasons) || decisions.some(({ decision }) => decision === 'hold')
}

/** Whether the policy asks a person; a hold is a person's own doing. */
export const asksPerson = (reasons: Answered['reasons']): boolean =>
  reasons.some(({ code }) => asking.has(code))

const asking: ReadonlySet<string> = new Set(['approval-needed', 'mode-pause', 'hold-expired'])
