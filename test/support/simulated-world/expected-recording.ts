import type { Arm, MetricData, PodSeries, Recording, Sample } from '../../../src/engine/model/recording.ts'
import type { Sights } from './counter.ts'
import { growthOf, levelsOf, sumRows } from './expected-rows.ts'
import type { ExportedGateway } from './export-gateways.ts'
import type { ExportedPod } from './export-pod.ts'
import type { Exported, Target } from './export-requests.ts'
import type { Timeline } from './timeline.ts'

const arms: readonly Arm[] = ['stable', 'canary']

/**
 * The recording that a perfect source makes of a world, with the original names of the metrics. When gateways count, a row
 * for each arm follows the rows of the pods.
 */
export function expectedRecording(
  recording: Recording,
  timeline: Timeline,
  pods: readonly ExportedPod[],
  gateways: readonly ExportedGateway[],
): Recording {
  const byArm = gateways.length > 0
  const context: Context = { recording, timeline, pods, gateways }
  return {
    ...recording,
    pods: [
      ...pods.map(({ name, arm }) => ({ name, arm })),
      ...(byArm ? arms.map((arm) => ({ name: arm, arm, aggregate: true })) : []),
    ],
    metrics: Object.fromEntries(
      Object.entries(recording.metrics).map(([name, data]) => [name, expectedMetric(data, context)]),
    ),
  }
}

interface Context {
  readonly recording: Recording
  readonly timeline: Timeline
  readonly pods: readonly ExportedPod[]
  readonly gateways: readonly ExportedGateway[]
}

function expectedMetric(data: MetricData, context: Context): MetricData {
  const requests = (pick: Choice): readonly PodSeries[] => requestRows(context, pick)
  switch (data.kind) {
    case 'errors': {
      const total = requests((exported) => ({ seenBy: exported.total, counted: exported.total }))
      return {
        ...data,
        total,
        bad: requests((exported) => ({ seenBy: exported.total, counted: exported.bad })),
      }
    }
    case 'latency': {
      const total = requests((exported) => ({ seenBy: exported.observed, counted: exported.observed }))
      const within = data.bounds.map((_, bound) =>
        requests((exported) => ({ seenBy: exported.observed, counted: exported.within[bound] ?? [] })),
      )
      const above = total.map((row, pod) =>
        row === null ? null : within.map((rows) => slower(row, rows[pod] ?? null)),
      )
      return { ...data, total, above }
    }
    case 'conversion':
      return {
        ...data,
        total: podRows(context, ({ app, checkouts }) => businessRow(app, checkouts, context)),
        good: podRows(context, ({ app, orders }) => businessRow(app, orders, context)),
      }
    case 'gauge':
      return {
        ...data,
        value: podRows(context, ({ container, memory = [] }) =>
          levelsOf(container, memory, context.timeline),
        ),
      }
    // no simulated exporter counts restarts or has values for each arm
    case 'restarts':
    case 'series':
      return data
    default:
      return data satisfies never
  }
}

type Choice = (exported: Exported) => {
  readonly seenBy: readonly Sights[]
  readonly counted: readonly Sights[]
}

/** The rows of pods. When gateways count, there is none for pods and one for each arm. */
function requestRows(context: Context, pick: Choice): readonly PodSeries[] {
  const { recording, timeline, gateways } = context
  const grown = (target: Target, exported: Exported) => growthOf(target, pick(exported), timeline)
  if (gateways.length === 0) {
    return podRows(context, ({ requests }) =>
      requests === undefined ? null : grown(requests.target, requests.exported),
    )
  }
  const ofArms = arms.map((arm) => {
    const own = gateways.filter((gateway) => gateway.arm === arm)
    const rows = own.map(({ target, exported }) => grown(target, exported))
    return duringRun(sumRows(rows, recording.slices), arm, recording.rolloutStart)
  })
  return [...context.pods.map(() => null), ...ofArms]
}

function podRows(
  { recording, pods, gateways }: Context,
  rowOf: (pod: ExportedPod) => readonly Sample[] | null,
): readonly PodSeries[] {
  const rows = pods.map((pod) => {
    const row = rowOf(pod)
    return row === null ? null : duringRun(row, pod.arm, recording.rolloutStart)
  })
  return gateways.length > 0 ? [...rows, ...arms.map(() => null)] : rows
}

function businessRow(app: Target, sights: Sights | undefined, { timeline }: Context): readonly Sample[] {
  const counted = sights === undefined ? [] : [sights]
  return growthOf(app, { seenBy: counted, counted }, timeline)
}

/** Removes the canary's samples from before the run, because they belong to another run. */
function duringRun(row: readonly Sample[], arm: Arm, start: number): readonly Sample[] {
  return arm === 'stable' ? row : row.map((sample, slice) => (slice < start ? null : sample))
}

function slower(total: readonly Sample[], within: PodSeries): readonly Sample[] {
  return total.map((count, slice) => (count === null ? null : count - (within?.[slice] ?? 0)))
}
