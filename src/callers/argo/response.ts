import { z } from 'zod'
import type { Outcome } from '../../engine/model/verdict.ts'
import { oneLine } from '../../engine/model/words.ts'
import type { Judgement } from '../../judge/model/judgement.ts'
import { judgementSchema } from '../api/judge-schemas.ts'
import type { Answer } from '../../http/route.ts'

/** Argo's dashboard charts the first and shows all three; conditions read `result[1]`. */
type ArgoResult = readonly [score: number, verdict: Outcome, summary: string]

const { verdict, score, summary } = judgementSchema.shape

export const argoAnswerSchema = judgementSchema
  .extend({
    argo: z
      .tuple([score, verdict, summary])
      .describe('Score, verdict and summary, for jsonPath {$.argo}: Argo keeps only the first match'),
  })
  .meta({ id: 'ArgoAnswer' })

/** 200 with one JSON document, whatever the request accepts, because Argo treats a 2xx without JSON as a success. */
export function toArgoAnswer(judgement: Judgement): Answer {
  return {
    status: 200,
    type: 'application/json; charset=utf-8',
    content: JSON.stringify({ ...judgement, argo: argoResult(judgement) }, withoutNull),
  }
}

function argoResult({ score: exact, verdict: outcome, summary: text }: Judgement): ArgoResult {
  const noEvidence = 50
  const shown = Number.isFinite(exact) ? Math.round(exact * 10) / 10 : noEvidence
  // Argo escapes < > & in what it stores, and the reason of a person's decision may contain them
  return [shown, outcome, oneLine(text)]
}

/** A condition on null is an Error in Argo; a condition on an absent field is only not true. */
function withoutNull(_key: string, value: unknown): unknown {
  const missing = value === null || (typeof value === 'number' && !Number.isFinite(value))
  return missing ? undefined : value
}
