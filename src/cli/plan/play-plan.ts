import type { Surroundings } from '../command.ts'
import { createWriter } from '../writer.ts'
import { type Expected, expectations, type Plan } from './plan.ts'
import { conclusions, describePlan, tableHead, toTableRow } from './plan-text.ts'
import { statusLine } from '../past/status-line.ts'

export interface PlayFlags {
  readonly rollouts: number
  readonly conversion?: number
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
  if (flags.json === true)
    await writer.write(`${JSON.stringify({ ...describe(plan, flags), rollouts, releases: lines })}\n`)
  else await writer.write(`\n${conclusions(plan, lines).join('\n')}\n`)
  return 0
}

/** What was played, in the units of the flags. */
const describe = (
  { rps, errorRate, p95Seconds, pods, weights, minutes }: Plan,
  { conversion, noise }: PlayFlags,
) => ({
  rps,
  errorRate: errorRate * 100,
  p95: p95Seconds * 1000,
  conversion,
  pods,
  noise,
  stages: weights,
  minutes,
})
