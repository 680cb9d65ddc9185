import { plain } from '../plain.ts'
import type { Measured } from './measure.ts'
import type { Expected, Plan } from './plan.ts'
import { plannedKinds } from './planned-part.ts'

/** What is played, in one sentence. */
export function describePlan(plan: Plan, noise: string, rollouts: number): string {
  return `${rollouts} simulated rollouts of each release: ${numbersText(plan, noise)}\nsteps: ${stepsText(plan)}`
}

/** The service in the numbers of the flags. */
export const numbersText = (
  { rps, errorRate, p95Seconds, pods, conversionRate, policy }: Plan,
  noise: string,
): string =>
  [
    `${short(rps)} requests a second`,
    `${percent(errorRate)} fail`,
    `p95 ${Math.round(p95Seconds * 1000)} ms`,
    ...(policy.metrics.some(({ kind }) => kind === 'conversion')
      ? [`${percent(conversionRate)} convert`]
      : []),
    `${pods} pods`,
    `noise ${noise}`,
  ].join(', ')

/** What was measured, and over which time. */
export function measuredText({ from, to, used, windows, rps, metrics, service, problems }: Measured): string {
  const values = metrics.map(({ name, kind, value }) =>
    kind === 'latency' ? `${plain(name)} ${Math.round(value * 1000)} ms` : `${plain(name)} ${percent(value)}`,
  )
  const pods = service.pods > 0 ? `${service.pods} pods` : 'pods unknown'
  return [
    `measured in ${used} of ${windows} windows from ${from.slice(0, 16)}Z to ${to.slice(0, 16)}Z:`,
    `${short(rps.median)} requests a second (${short(rps.low)} to ${short(rps.high)}), ${values.join(', ')}, ${pods}`,
    ...problems.slice(0, 3).map((text) => plain(`! ${text}`)),
  ].join('\n')
}

const short = (value: number): string => String(Number(value.toPrecision(3)))

export const stepsText = ({ weights, minutes }: Pick<Plan, 'weights' | 'minutes'>): string =>
  weights.map((weight, i) => `${weight}% for ${minutes[i]} min`).join(', ')

export function tableHead({ weights }: Pick<Plan, 'weights'>): string {
  const steps = weights.map((weight) => `${weight}%`)
  const over = [...before, ...steps, 'minutes'].map(() => '')
  return [
    row('', over.with(before.length, 'stopped by the end of the step of')),
    row('release', [...before, ...steps, 'minutes']),
  ].join('\n')
}

const before = ['promoted', 'aborted', 'asked']
const releaseWidth = 18
const width = 11

export function toTableRow({
  release,
  promoted,
  aborted,
  asked,
  stoppedBy,
  minutesToStop,
}: Expected): string {
  const shares = [promoted, aborted, asked, ...stoppedBy].map(percent)
  return row(release, [...shares, minutesToStop === undefined ? '' : String(minutesToStop)])
}

/** A text that is longer than its column runs into those after it. */
function row(release: string, values: readonly string[]): string {
  let line = release.padEnd(releaseWidth)
  let end = releaseWidth
  for (const value of values) {
    end += width
    line = value === '' ? line : line.padEnd(end - Math.min(value.length, width - 2)) + value
  }
  return line
}

export const percent = (share: number): string => `${Number((share * 100).toPrecision(2))}%`

/** The share of rollouts in which harm counts as found. */
const power = 0.8

/** What the table means, in sentences. */
export function conclusions(plan: Plan, lines: readonly Expected[]): readonly string[] {
  const healthy = lines.find(({ shownBy }) => shownBy === undefined)
  return [
    ...(healthy === undefined
      ? []
      : [
          `Of healthy rollouts ${percent(healthy.promoted)} are promoted without a person, ${percent(healthy.aborted)} are aborted.`,
        ]),
    ...plannedKinds.flatMap((kind) =>
      sentenceOf(
        lines.filter(({ shownBy }) => shownBy === kind),
        plan,
      ),
    ),
    'Stopped: aborted, or a person is asked, before all users get the release. Minutes: to half of the stops.',
  ]
}

function sentenceOf(lines: readonly Expected[], { weights }: Plan): readonly string[] {
  if (lines.length === 0) return []
  const least = weights.map(
    (_, step) => lines.find(({ stoppedBy }) => (stoppedBy[step] ?? 0) >= power)?.release,
  )
  const found = least.flatMap((release, step) =>
    release === undefined || release === least[step - 1]
      ? []
      : [`${release} by the end of ${weights[step]}%`],
  )
  const most = lines.at(-1)?.release
  if (found.length === 0) return [`Not even ${most} is stopped in ${percent(power)} of rollouts.`]
  return [`Stopped in at least ${percent(power)} of rollouts from this size on: ${found.join(', ')}.`]
}
