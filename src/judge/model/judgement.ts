import type { MetricVerdict, Outcome, Reason, StepVerdict, Verdict } from '../../engine/model/verdict.ts'
import type { DecisionJson } from './decision-to-json.ts'

/** The answer to one look, whoever asked; it is JSON as it stands. */
export interface Judgement {
  /** The same look of the same data, decided upon in the same way, has the same id. */
  readonly id: string
  /** Id of the run. */
  readonly run: string
  /** What the statistics say. */
  readonly judged: Outcome
  /** What is answered after the policy's rules and people's decisions. */
  readonly verdict: Outcome
  readonly score: number
  readonly summary: string
  readonly reasons: readonly Reason[]
  readonly metrics: readonly MetricVerdict[]
  readonly step?: StepVerdict
  readonly window: Verdict['window']
  /** Those in force for this step, oldest first. */
  readonly decisions: readonly DecisionJson[]
  /** Whether it was durable when it was answered. */
  readonly kept: boolean
  /** Of an answer about the past: a recording that was kept, or the source asked again. */
  readonly data?: 'stored' | 'source'
  readonly links: JudgementLinks
}

export interface JudgementLinks {
  readonly run: string
  readonly verdict: string
  readonly recording?: string
}
