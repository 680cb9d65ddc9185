import type { Verdict } from '../../engine/model/verdict.ts'
import type { DecisionJson } from './decision-to-json.ts'

/** The answer to one look, for every caller. It is JSON without conversion. The answer itself is `verdict`. */
export interface Judgement extends Omit<Verdict, 'firstFail'> {
  /** The same look at the same data with the same decisions has the same id. */
  readonly id: string
  /** Id of the run. */
  readonly run: string
  /** The policy that judged it; absent in verdicts that an older release kept. */
  readonly policy?: { readonly name: string; readonly digest: string }
  /** The decisions in force for this step, oldest first. */
  readonly decisions: readonly DecisionJson[]
  /** Whether the verdict was durable in the store when it was answered. */
  readonly kept: boolean
  /** Why it was not kept, where that is no fault. */
  readonly notKept?: 'by-hand'
  /** Where the data of an answer about the past come from: a recording that was kept, or a new query of the source. */
  readonly data?: 'stored' | 'source'
  readonly links: JudgementLinks
}

/** Whether a kept verdict has the lists of a judgement; one from an older release may lack them. */
export function hasJudgement<T extends { readonly body: object }>(
  verdict: T,
): verdict is T & { readonly body: Judgement } {
  const { body } = verdict
  return ['metrics', 'reasons', 'decisions'].every((key) => Array.isArray(Reflect.get(body, key)))
}

export interface JudgementLinks {
  /** Absent for a run that only the look by hand knows. */
  readonly run?: string
  /** Absent for a look by hand. */
  readonly verdict?: string
  readonly recording?: string
}
