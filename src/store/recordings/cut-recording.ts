import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { AppError } from '../../errors.ts'
import { dataColumns } from '../../engine/model/data-columns.ts'
import type { MetricData, Pod, PodSeries, Recording } from '../../engine/model/recording.ts'
import type { CutRecording } from '../../judge/ports/ports.ts'
import { metricColumns } from './metric-columns.ts'
import type { MetricColumns } from './metric-columns.ts'
import { toSampleText } from './sample-text.ts'
import { absoluteSlice, sliceBlocks } from './slice-blocks.ts'
import type { SliceBlock } from './slice-blocks.ts'

/**
 * Cuts a recording into a head (pods and metrics) and blocks of slices, which the manifest lists. A block has no
 * position, refers to pods by name, and leaves out pods without samples, so that later pods do not change earlier
 * blocks. Other work can run between two blocks.
 */
export const cutRecording = async (recording: Recording): Promise<CutRecording> => {
  const { metrics, pods, slices } = recording
  if (!Number.isInteger(slices) || slices < 0 || slices > maxSlices) {
    throw new AppError('invalid-recording', `expected 0 to ${maxSlices} slices, got ${slices}`)
  }
  const named = Object.entries(metrics)
  const columns = named.map(([name, metric]) => metricColumns(name, metric, recording))
  const keys = podKeys(pods)
  const chunks = new Map<string, string>()
  const add = (text: string): string => {
    const digest = digestOf(text)
    chunks.set(digest, text)
    return digest
  }
  const orderedPods = pods.map(({ name, arm, aggregate }) => ({ name, arm, aggregate }))
  const head = add(
    JSON.stringify({ pods: orderedPods, metrics: named.map(([name, metric]) => toHead(name, metric)) }),
  )
  const blocks: string[] = []
  for (const block of sliceBlocks(absoluteSlice(recording.start, recording.sliceSeconds), slices)) {
    blocks.push(add(toBlock(block, columns, keys)))
    await setImmediate()
  }
  const manifest = JSON.stringify({ layout: 1, ...frameOf(recording), head, blocks })
  return { digest: digestOf(manifest), manifest, chunks }
}

/** Eleven days of seconds, which is longer than any rollout. */
const maxSlices = 1_000_000

/** Writes the keys in one order, so that equal recordings have the same digest. */
const frameOf = (recording: Recording): object => ({
  format: recording.format,
  id: recording.id,
  sliceSeconds: recording.sliceSeconds,
  start: recording.start,
  slices: recording.slices,
  rolloutStart: recording.rolloutStart,
  gates: recording.gates,
  steps: recording.steps?.map(({ slice, ends, weight, next }) => ({ slice, ends, weight, next })),
  problems: recording.problems?.map(({ code, metric, text }) => ({ code, metric, text })),
})

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A key for each pod that depends only on this pod and on pods of the same name. */
export const podKeys = (pods: readonly Pod[]): readonly string[] => {
  const seen = new Map<string, number>()
  return pods.map((pod) => {
    const key = `${pod.arm}:${pod.name}`
    const ordinal = seen.get(key) ?? 0
    seen.set(key, ordinal + 1)
    return `${ordinal}:${key}`
  })
}

const toHead = (name: string, metric: MetricData): object => {
  if (metric.kind !== 'latency') return { name, kind: metric.kind, rows: dataColumns(metric).map(present) }
  const { kind, bounds, shape, total, above } = metric
  return {
    name,
    kind,
    rows: [present(total), present(above)],
    bounds: bounds.map(toSampleText),
    ...(shape && {
      shape: {
        bounds: shape.bounds.map(toSampleText),
        above: shape.above.map(toSampleText),
        total: toSampleText(shape.total),
      },
    }),
  }
}

/** Which pods have a row, as text: 1 = has one, 0 = has none. */
const present = (rows: readonly unknown[]): string =>
  Array.from(rows, (row) => (row === null ? '0' : '1')).join('')

const toBlock = (block: SliceBlock, columns: readonly MetricColumns[], keys: readonly string[]): string =>
  JSON.stringify(columns.map((metric) => [metric.name, toBlockRows(block, metric, keys)]))

const toBlockRows = ({ from, to }: SliceBlock, metric: MetricColumns, keys: readonly string[]): unknown[] => {
  const rows: { key: string; columns: unknown[] }[] = []
  for (const [pod, series] of metric.pods.entries()) {
    const columns = series.map((samples) => cutSeries(samples, from, to))
    if (columns.some((column) => column !== null)) rows.push({ key: keys[pod] ?? '', columns })
  }
  return rows.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ key, columns }) => [key, ...columns])
}

/** `null` where nothing was sampled, and also for a row that does not exist: the head distinguishes the two. */
const cutSeries = (samples: PodSeries, from: number, to: number): unknown[] | null => {
  if (samples === null) return null
  const cut = samples.slice(from, to)
  return cut.every((sample) => sample === null) ? null : cut.map(toSampleText)
}
