import { z } from 'zod'
import { callsOf, type LogEntry } from '../controllers/controller-log.ts'

const answerSchema = z.object({
  id: z.string(),
  run: z.string(),
  judged: z.string(),
  verdict: z.string(),
  summary: z.string(),
  kept: z.boolean(),
  reasons: z.array(z.object({ code: z.string(), metric: z.string().optional() })),
})

export type AnsweredVerdict = z.output<typeof answerSchema>

/** The verdicts that Argo got, in order. */
export const verdictsOf = (log: readonly LogEntry[]): readonly AnsweredVerdict[] =>
  callsOf(log)
    .filter(({ result }) => result === 200)
    .map(({ answer }) => answerSchema.parse(JSON.parse(answer)))

export interface HookAnswer {
  readonly hook: string
  readonly status: number | string
  readonly line: string
  readonly at: number
}

/** The answers to the hooks of one type, in order. */
export const hookAnswers = (log: readonly LogEntry[], hook: string): readonly HookAnswer[] =>
  callsOf(log)
    .filter(({ purpose }) => purpose === hook)
    .map(({ result, answer, at }) => ({ hook, status: result, line: answer, at }))
