import { plannedSeconds } from '../../engine/model/planned-seconds.ts'
import type { Policy } from '../../engine/model/policy.ts'
import { AppError } from '../../errors.ts'
import { parsePolicy } from '../../formats/policy/parse-policy.ts'
import { noises } from '../../simulate/noise.ts'
import type { Surroundings } from '../command.ts'
import { readPolicyFile } from '../read-policy-file.ts'
import { parseStages } from '../stages.ts'
import { createWriter } from '../writer.ts'
import { type Expected, expectations, type Plan, simulatedKinds } from './plan.ts'
import { conclusions, describePlan, tableHead, toTableRow } from './plan-text.ts'

export interface PlanFlags {
  readonly rps: number
  readonly errorRate: number
  readonly p95: number
  readonly conversion?: number
  readonly pods: number
  readonly noise: keyof typeof noises
  readonly stages: string
  readonly minutes?: number
  readonly policy?: string
  readonly rollouts: number
  readonly json?: true
}

/** Plays the rollouts and writes the table line by line, or one JSON object. */
export async function runPlan(flags: PlanFlags, { engine, output, errors }: Surroundings): Promise<number> {
  const { plan, left } = await readPlan(flags)
  const writer = createWriter(output)
  const rollouts = Math.round(flags.rollouts)
  if (left.length > 0) errors.write(`not simulated, so not judged: ${left.join(', ')}\n`)
  if (flags.json !== true)
    await writer.write(`${describePlan(plan, flags.noise, rollouts)}\n\n${tableHead(plan)}\n`)
  const lines: Expected[] = []
  for await (const line of expectations(plan, engine, rollouts)) {
    lines.push(line)
    if (flags.json === true) continue
    // the reader has closed the pipe, as `| head` does
    if (!(await writer.write(`${toTableRow(line)}\n`))) return 0
  }
  if (flags.json === true)
    await writer.write(`${JSON.stringify({ ...describe(plan, flags), rollouts, releases: lines })}\n`)
  else await writer.write(`\n${conclusions(plan, lines).join('\n')}\n`)
  return 0
}

async function readPlan(
  flags: PlanFlags,
): Promise<{ readonly plan: Plan; readonly left: readonly string[] }> {
  const weights = parseStages(flags.stages)
  const whole =
    flags.policy === undefined ? defaultPolicy(flags) : (await readPolicyFile(flags.policy)).policy
  const isSimulated = ({ kind }: Policy['metrics'][number]): boolean => simulatedKinds.includes(kind)
  const policy = { ...whole, metrics: whole.metrics.filter(isSimulated) }
  if (!policy.metrics.some(({ watch }) => !watch))
    throw new AppError('invalid-policy', 'expected a policy that judges errors, latency or conversion')
  const minutes = weights.map(
    (_, i) => flags.minutes ?? plannedSeconds(policy, { index: i, of: weights.length }, 60) / 60,
  )
  return {
    plan: {
      rps: flags.rps,
      errorRate: flags.errorRate / 100,
      p95Seconds: flags.p95 / 1000,
      conversionRate: (flags.conversion ?? 20) / 100,
      pods: Math.round(flags.pods),
      noise: noises[flags.noise],
      weights,
      minutes: minutes.map((length) => Math.max(1, Math.round(length))),
      policy,
    },
    left: whole.metrics.filter((metric) => !isSimulated(metric)).map(({ name }) => name),
  }
}

/** What was played, in the units of the flags. */
const describe = (
  { weights, minutes }: Plan,
  { rps, errorRate, p95, conversion, pods, noise }: PlanFlags,
) => ({
  rps,
  errorRate,
  p95,
  conversion,
  pods,
  noise,
  stages: weights,
  minutes,
})

function defaultPolicy({ conversion }: PlanFlags): Policy {
  const metrics = [
    { name: 'errors', kind: 'errors' },
    { name: 'p95', kind: 'latency', quantile: 0.95 },
    ...(conversion === undefined ? [] : [{ name: 'conversion', kind: 'conversion' }]),
  ]
  return parsePolicy(JSON.stringify({ name: 'default', metrics }), 'default').policy
}
