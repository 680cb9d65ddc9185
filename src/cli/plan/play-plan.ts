import type { Surroundings } from '../command.ts'
import { plainJson } from '../plain.ts'
import { createWriter } from '../writer.ts'
import type { Measured } from './measure.ts'
import { type Expected, expectations, type Plan } from './plan.ts'
import { plannedNumbers } from './planned-numbers.ts'
import { conclusions, describePlan, tableHead, toTableRow } from './plan-text.ts'
import { statusLine } from '../past/status-line.ts'

export interface PlayFlags {
  readonly rollouts: number
  readonly measured: Measured | undefined
  readonly noise: string
  readonly json?: true
}

/** Plays simulated rollouts of each sort of release, and writes the table line by line, or one JSON object. */
export async function playPlan(
  plan: Plan,
  flags: PlayFlags,
  { engine, output, errors }: Surroundings,
): Promise<number> {
  const writer = createWriter(output)
  const rollouts = Math.round(flags.rollouts)
  if (flags.json !== true)
    await writer.write(`${describePlan(plan, flags.noise, rollouts)}\n\n${tableHead(plan)}\n`)
  const lines: Expected[] = []
  const line = statusLine(errors)
  const progress = (release: string, done: number): void =>
    line.show(`${release}: ${done} of ${rollouts} rollouts`)
  for await (const expected of expectations(plan, engine, rollouts, progress)) {
    line.clear()
    lines.push(expected)
    if (flags.json === true) continue
    // the reader has closed the pipe, as `| head` does
    if (!(await writer.write(`${toTableRow(expected)}\n`))) return 0
  }
  line.clear()
  if (flags.json === true) {
    const { weights: stages, minutes } = plan
    const numbers = { ...plannedNumbers(plan, flags.noise, flags.measured), stages, minutes }
    await writer.write(`${plainJson({ ...numbers, rollouts, releases: lines })}\n`)
  } else await writer.write(`\n${conclusions(plan, lines).join('\n')}\n`)
  return 0
}
