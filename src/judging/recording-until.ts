import type { MetricData, PodSeries, Recording } from '../analysis/recording.ts'

/** What the recording was after slice `at`: what came later is cut off, the plan of steps stays. */
export function recordingUntil(recording: Recording, at: number): Recording {
  const slices = at + 1
  if (slices >= recording.slices) return recording
  const metrics = Object.entries(recording.metrics).map(([name, data]) => [name, cut(data, slices)] as const)
  return {
    ...recording,
    slices,
    rolloutStart: Math.min(recording.rolloutStart, slices),
    ...(recording.steps !== undefined && { steps: recording.steps.filter(({ slice }) => slice < slices) }),
    // Without it the number of gates would depend on how many steps have begun.
    ...(recording.steps !== undefined && { gates: recording.gates ?? Math.max(recording.steps.length, 1) }),
    metrics: Object.fromEntries(metrics),
  }
}

function cut(data: MetricData, slices: number): MetricData {
  const rows = (all: readonly PodSeries[]): readonly PodSeries[] =>
    all.map((row) => row?.slice(0, slices) ?? null)
  switch (data.kind) {
    case 'errors':
      return { ...data, bad: rows(data.bad), total: rows(data.total) }
    case 'conversion':
      return { ...data, good: rows(data.good), total: rows(data.total) }
    case 'gauge':
      return { ...data, value: rows(data.value) }
    case 'latency':
      return {
        ...data,
        above: data.above.map((pod) => pod?.map((bound) => bound.slice(0, slices)) ?? null),
        total: rows(data.total),
      }
    default:
      return data satisfies never
  }
}
