import type { MetricKind } from '../../engine/model/policy.ts'
import type { Expected, Plan } from './plan.ts'

/** What is played, in one sentence. */
export function describePlan(
  { rps, errorRate, p95Seconds, pods, weights, minutes }: Plan,
  noise: string,
  rollouts: number,
): string {
  const steps = weights.map((weight, i) => `${weight}% for ${minutes[i]} min`).join(', ')
  return (
    `${rollouts} simulated rollouts of each release: ${rps} requests a second, ${percent(errorRate)} fail, ` +
    `p95 ${Math.round(p95Seconds * 1000)} ms, ${pods} pods, noise ${noise}\nsteps: ${steps}`
  )
}

export function tableHead({ weights }: Plan): string {
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

const percent = (share: number): string => `${Number((share * 100).toPrecision(2))}%`

/** The share of rollouts in which harm counts as found. */
const power = 0.8
const kinds = ['errors', 'latency', 'conversion'] as const satisfies readonly MetricKind[]

/** What the table means, in sentences. */
export function conclusions(plan: Plan, lines: readonly Expected[]): readonly string[] {
  const healthy = lines.find(({ shownBy }) => shownBy === undefined)
  return [
    ...(healthy === undefined
      ? []
      : [
          `Of healthy rollouts ${percent(healthy.promoted)} are promoted without a person, ${percent(healthy.aborted)} are aborted.`,
        ]),
    ...kinds.flatMap((kind) =>
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
