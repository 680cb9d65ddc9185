import type { Environment } from '../../app/config/config.ts'
import { describedService, type PlannedService } from '../../engine/index.ts'
import { plannedMinutes } from '../../engine/model/planned-seconds.ts'
import type { Policy } from '../../engine/model/policy.ts'
import { AppError } from '../../errors.ts'
import { parseDuration } from '../../formats/policy/amounts.ts'
import { noises, plannedNoise } from '../../simulate/noise.ts'
import type { Surroundings } from '../command.ts'
import { plainJson } from '../plain.ts'
import { readPolicyFile } from '../read-policy-file.ts'
import { parseStages } from '../stages.ts'
import { createWriter } from '../writer.ts'
import { forecastRollout } from './forecast.ts'
import { forecastText } from './forecast-text.ts'
import type { Measured, MeasureFlags } from './measure.ts'
import type { Plan } from './plan.ts'
import { measuredText, numbersText, stepsText } from './plan-text.ts'
import { plannedPart, usualPolicy } from './planned-part.ts'
import { plannedNumbers } from './planned-numbers.ts'
import { playPlan } from './play-plan.ts'
import { statusLine } from '../past/status-line.ts'

export interface PlanFlags extends MeasureFlags {
  readonly rps?: number
  readonly errorRate: number
  readonly p95: number
  readonly conversion?: number
  readonly pods: number
  readonly noise: keyof typeof noises
  readonly stages: string
  readonly minutes?: number
  readonly policy?: string
  readonly find?: readonly string[]
  readonly patience?: string
  readonly rollouts?: number
  readonly json?: true
}

export interface PlanSurroundings extends Surroundings {
  readonly env: Environment
}

/** Says what a rollout would show: by formulae, or by playing simulated rollouts. */
export async function runPlan(flags: PlanFlags, surroundings: PlanSurroundings): Promise<number> {
  const { errors, output } = surroundings
  if (flags.rollouts !== undefined && (flags.find ?? flags.patience) !== undefined)
    throw new AppError(
      'bad-request',
      '--find, --patience: expected no --rollouts beside them, because they are computed',
    )
  const { plan, whole, left, measured, service } = await readPlan(flags, surroundings)
  if (left.length > 0) errors.write(`not planned: ${left.join(', ')}\n`)
  if (flags.rollouts !== undefined)
    return playPlan(plan, { ...flags, rollouts: flags.rollouts, measured }, surroundings)
  if (!formulaNoises.has(flags.noise))
    errors.write(`noise ${flags.noise} is not in the formulae: --rollouts 40 plays it\n`)
  const patienceMinutes = flags.patience === undefined ? undefined : toMinutes(flags.patience)
  const forecast = forecastRollout({
    service,
    policy: whole,
    stages: { weights: plan.weights, minutes: plan.minutes },
    find: flags.find ?? [],
    ...(patienceMinutes !== undefined && { patienceMinutes }),
  })
  const writer = createWriter(output)
  if (flags.json === true) {
    await writer.write(`${plainJson({ ...plannedNumbers(plan, flags.noise, measured), ...forecast })}\n`)
    return 0
  }
  const whose = measured === undefined ? numbersText(plan, flags.noise) : measuredText(measured)
  await writer.write(`${whose}\nsteps: ${stepsText(plan)}\n\n${forecastText(forecast)}`)
  return 0
}

/** The noises that formulae know: pods that differ, by themselves or in bursts, and failures in clumps. */
const formulaNoises: ReadonlySet<PlanFlags['noise']> = new Set(['quiet', 'bursty', 'clumped', 'none'])

interface PlanRead {
  /** The plan in numbers, as a simulation plays it. */
  readonly plan: Plan
  /** The policy with the metrics that are not planned, because each metric has a share of `falseAbort`. */
  readonly whole: Policy
  readonly service: PlannedService
  readonly measured?: Measured
  /** Metrics of the policy that are not planned. */
  readonly left: readonly string[]
}

async function readPlan(flags: PlanFlags, surroundings: PlanSurroundings): Promise<PlanRead> {
  const weights = parseStages(flags.stages)
  const whole =
    flags.policy === undefined
      ? usualPolicy(flags.conversion !== undefined)
      : (await readPolicyFile(flags.policy, { env: surroundings.env, config: flags.config })).policy
  const policy = plannedPart(whole)
  if (!policy.metrics.some(({ watch }) => !watch))
    throw new AppError('invalid-policy', 'expected a policy that judges errors, latency or conversion')
  const stages = { weights, minutes: plannedMinutes(policy, weights.length, flags.minutes) }
  const left = whole.metrics.filter((metric) => !policy.metrics.includes(metric)).map(({ name }) => name)
  if (flags.rps !== undefined) {
    const plan = { ...numbersPlan(flags, flags.rps), ...stages, policy }
    return { plan, whole, service: describedService({ ...plan, ...plannedNoise(plan.noise) }, policy), left }
  }
  const measured = await measureService(policy, flags, surroundings)
  const found = policy.metrics.filter(({ name }) => measured.metrics.some((one) => one.name === name))
  const missing = policy.metrics.filter((metric) => !found.includes(metric))
  const numbers = { ...numbersPlan(flags, measured.rps.median), ...measuredNumbers(measured) }
  return {
    plan: { ...numbers, ...stages, policy: { ...policy, metrics: found } },
    whole,
    service: measured.service,
    measured,
    left: [...left, ...missing.map(({ name }) => name)],
  }
}

async function measureService(
  policy: Policy,
  flags: PlanFlags,
  { env, errors }: PlanSurroundings,
): Promise<Measured> {
  if (flags.prometheus === undefined && flags.config === undefined)
    throw new AppError(
      'bad-request',
      'expected --rps of the service, or --prometheus or --config to measure it',
    )
  const { measure } = await import('./measure.ts')
  const line = statusLine(errors)
  try {
    return await measure(policy, flags, {
      env,
      progress: (done, of) => line.show(`measuring, ${done} of ${of} windows`),
    })
  } finally {
    line.clear()
  }
}

const numbersPlan = (flags: PlanFlags, rps: number): Omit<Plan, 'weights' | 'minutes' | 'policy'> => ({
  rps,
  errorRate: flags.errorRate / 100,
  p95Seconds: flags.p95 / 1000,
  conversionRate: (flags.conversion ?? 20) / 100,
  pods: Math.round(flags.pods),
  noise: noises[flags.noise],
})

/** What was measured, in the numbers of a simulation. */
function measuredNumbers({ metrics, service }: Measured): Partial<Plan> {
  const valueOf = (kind: string): number | undefined => metrics.find((one) => one.kind === kind)?.value
  const [errorRate, p95Seconds, conversionRate] = ['errors', 'latency', 'conversion'].map(valueOf)
  return {
    ...(errorRate !== undefined && { errorRate }),
    ...(p95Seconds !== undefined && { p95Seconds }),
    ...(conversionRate !== undefined && { conversionRate }),
    ...(service.pods > 0 && { pods: service.pods }),
  }
}

function toMinutes(written: string): number {
  const seconds = parseDuration(written)
  if (seconds !== undefined && seconds >= 60 && seconds <= 7 * 86_400) return Math.round(seconds / 60)
  throw new AppError(
    'bad-request',
    `--patience: expected a duration from 1m to 7d, such as 30m, got "${written.slice(0, 60)}"`,
  )
}
