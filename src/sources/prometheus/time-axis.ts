import type { SourceProblem } from '../../engine/model/recording.ts'
import type { FetchRequest } from '../../judge/ports/ports.ts'
import { settle } from './client/settle.ts'
import type { MetricRequest } from './series-groups.ts'
import { intervalOf } from './discover.ts'
import type { HistogramState, Learned, RunState } from './run-state.ts'
import { coarse, failed } from './source-problems.ts'
import { settledSlices, type Slicing, slicingOf } from '../recording/slicing.ts'

/** What a look is about: known before the data of all feeds are there. */
export interface TimeAxis {
  readonly slicing: Slicing
  readonly slices: number
  readonly learned: RunState['learned']
  readonly usable: ReadonlySet<MetricRequest>
}

export interface TimeAxisDeps {
  readonly request: FetchRequest
  readonly before: RunState | undefined
  /** Until then nothing is asked. */
  readonly ahead: Promise<void>
  /** Up to when the clocks of these sources let slices settle. */
  readonly timed: (usable: readonly MetricRequest[]) => Promise<number>
  /** Gets what is found. */
  readonly problems: SourceProblem[]
}

export async function timeAxisOf(
  learning: readonly Learning[],
  { request, before, ahead, timed, problems }: TimeAxisDeps,
): Promise<TimeAxis> {
  await ahead
  const attempts = await Promise.all(
    learning.map(async ({ one, known, histogram }) => ({
      one,
      attempt: await settle(async () => ({
        interval: await intervalOf(one, request, known, histogram),
        histogram: await histogram,
      })),
    })),
  )
  const intervals = attempts.flatMap(({ attempt }) =>
    attempt.ok ? (attempt.value.interval?.seconds ?? []) : [],
  )
  const slicing = before?.slicing ?? slicingOf(request.policy, request.run, intervals)
  const learned = new Map(before?.learned)
  const usable: MetricRequest[] = []
  for (const { one, attempt } of attempts) {
    if (!attempt.ok) {
      problems.push(failed(one, attempt.error))
      continue
    }
    const { interval, histogram } = attempt.value
    learned.set(one.metric.name, {
      ...(interval?.sure === true && { interval: interval.seconds }),
      ...(histogram !== undefined && { histogram }),
    })
    const found = coarse(one, interval, slicing)
    if (found !== undefined) problems.push(found.problem)
    if (found?.refused !== true) usable.push(one)
  }
  const slices = settledSlices(slicing, await timed(usable), slowestOf(intervals))
  return { slicing, slices, learned, usable: new Set(usable) }
}

export interface Learning {
  readonly one: MetricRequest
  readonly known: Learned | undefined
  readonly histogram: Promise<HistogramState | undefined>
}

export function slowestOf(intervals: readonly number[]): number | undefined {
  return intervals.length === 0 ? undefined : Math.max(...intervals)
}
