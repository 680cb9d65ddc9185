import { z } from 'zod'
import { answerWords } from '../../engine/model/words.ts'
import { plain } from '../plain.ts'

const outcome = z.enum(['pass', 'fail', 'inconclusive'])

/** The part of a verdict that the command reads; a service of another version may send more. */
export const checkAnswerSchema = z.looseObject({
  verdict: outcome,
  judged: outcome,
  score: z.number(),
  summary: z.string(),
  run: z.string(),
  reasons: z.array(z.looseObject({ code: z.string() })).readonly(),
  metrics: z
    .array(
      z.looseObject({
        name: z.string(),
        judged: outcome,
        ratio: z.looseObject({ estimate: z.number(), low: z.number(), high: z.number() }).optional(),
        neededMinutes: z.number().optional(),
        winner: z.string().optional(),
      }),
    )
    .readonly(),
  winner: z.looseObject({ answer: z.string(), text: z.string() }).optional(),
  links: z.looseObject({ verdict: z.string() }),
})

export type CheckAnswer = z.output<typeof checkAnswerSchema>

/** The verdict for people: its sentence, then a line for each metric. */
export function checkText(answer: CheckAnswer, serviceUrl: string | undefined): string {
  const rows = answer.metrics.map(({ name, judged, ratio, neededMinutes, winner }) => [
    name,
    winner === undefined ? judged : `${judged}, ${answerWords(winner)}`,
    ratio === undefined ? '-' : `${short(ratio.estimate)} (${short(ratio.low)} to ${short(ratio.high)})`,
    neededMinutes === undefined ? '-' : `${Math.ceil(neededMinutes)} min`,
  ])
  const lines = [
    answer.summary,
    ...(rows.length === 0 ? [] : ['', ...table([['metric', 'judged', 'canary/stable', 'needs'], ...rows])]),
    '',
    ...(answer.winner === undefined
      ? []
      : [`${answerWords(answer.winner.answer)}: ${answer.winner.text}`, '']),
    `run   ${answer.run}`,
    ...(serviceUrl === undefined ? [] : [`more  ${new URL(answer.links.verdict, serviceUrl).href}`]),
  ]
  return `${lines.map(plain).join('\n')}\n`
}

const short = (value: number): string => String(Number(value.toPrecision(3)))

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
