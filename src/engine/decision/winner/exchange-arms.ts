import { type Column, dataColumns, withColumns } from '../../model/data-columns.ts'
import type { Arm, Pod, PodSeries, Recording } from '../../model/recording.ts'

/**
 * The same rollout with the arms exchanged, so that evidence that the canary is worse is evidence that stable is worse.
 * Stable's history stays with the arm called stable: both directions assume the noise that was learned from it.
 */
export function exchangeArms(recording: Recording): Recording {
  const { rolloutStart: start, slices } = recording
  const rows = exchangedRows(recording)
  const change = (column: Column): Column =>
    rows.map(({ before, since }) => {
      const [history, rollout] = [rowOf(column, before), rowOf(column, since)]
      if (history === null && rollout === null) return null
      return Array.from({ length: slices }, (_, k) => (k < start ? history : rollout)?.[k] ?? null)
    })
  const metrics = Object.entries(recording.metrics).map(
    ([name, data]) => [name, withColumns(data, dataColumns(data).map(change))] as const,
  )
  return {
    ...recording,
    pods: rows.map(({ pod }) => pod),
    metrics: Object.fromEntries(metrics),
    ...(recording.steps && {
      steps: recording.steps.map((step) => ({ ...step, weight: 100 - step.weight })),
    }),
  }
}

/** A row of the exchanged recording, made of the history of one row and the rollout of one row. */
interface Row {
  readonly pod: Pod
  readonly before?: number
  readonly since?: number
}

/** Pods exist in one of the two parts. A row for a whole arm has both, because an arm has one such row. */
function exchangedRows({ pods }: Recording): readonly Row[] {
  const other: Readonly<Record<Arm, Arm>> = { canary: 'stable', stable: 'canary' }
  const whole = (arm: Arm): number | undefined => {
    const row = pods.findIndex((pod) => pod.arm === arm && pod.aggregate === true)
    return row < 0 ? undefined : row
  }
  return pods.flatMap((pod, row): readonly Row[] => {
    const exchanged = { pod: { ...pod, arm: other[pod.arm] }, since: row }
    if (pod.arm === 'canary') {
      const before = pod.aggregate === true ? whole('stable') : undefined
      return [{ ...exchanged, ...(before !== undefined && { before }) }]
    }
    return pod.aggregate === true && whole('canary') !== undefined
      ? [exchanged]
      : [exchanged, { pod, before: row }]
  })
}

function rowOf(column: Column, row: number | undefined): PodSeries {
  return row === undefined ? null : (column[row] ?? null)
}
