import type { Verdict } from '../../engine/model/verdict.ts'
import type { DecisionJson } from './decision-to-json.ts'

/** The answer to one look, for every caller; it is JSON as it stands. What is answered stands in `verdict`. */
export interface Judgement extends Omit<Verdict, 'firstFail'> {
  /** The same look of the same data, decided upon in the same way, has the same id. */
  readonly id: string
  /** Id of the run. */
  readonly run: string
  /** Those in force for this step, oldest first. */
  readonly decisions: readonly DecisionJson[]
  /** Whether it was durable when it was answered. */
  readonly kept: boolean
  /** Why not, where nothing went wrong. */
  readonly notKept?: 'by-hand'
  /** Of an answer about the past: a recording that was kept, or the source asked again. */
  readonly data?: 'stored' | 'source'
  readonly links: JudgementLinks
}

export interface JudgementLinks {
  /** Not of a run that only the look by hand knows. */
  readonly run?: string
  /** Not of a look by hand. */
  readonly verdict?: string
  readonly recording?: string
}
