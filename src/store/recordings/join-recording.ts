import { z } from 'zod'
import { plainData, type PlainKind } from '../../engine/model/data-columns.ts'
import type { MetricData, Pod, PodSeries, Recording, Sample } from '../../engine/model/recording.ts'
import { sourceProblemCodes } from '../../engine/model/recording.ts'
import { podKeys } from './cut-recording.ts'
import { fromSampleText } from './sample-text.ts'
import { absoluteSlice, sliceBlocks } from './slice-blocks.ts'

/** The digests of a manifest's chunks: the head first, then the blocks in order. */
export const chunksOfManifest = (manifest: string): readonly string[] => {
  const { head, blocks } = parseManifest(manifest)
  return [head, ...blocks]
}

/** The exact inverse of `cutRecording`. */
export const joinRecording = (manifest: string, chunk: (digest: string) => string): Recording => {
  const { layout: _, head: headDigest, blocks: blockDigests, ...rest } = parseManifest(manifest)
  const head = headSchema.parse(JSON.parse(chunk(headDigest)))
  const grid = new Grid(head.pods, rest.slices)
  const spans = sliceBlocks(absoluteSlice(rest.start, rest.sliceSeconds), rest.slices)
  for (const [index, { from }] of spans.entries()) {
    const block = blockSchema.parse(JSON.parse(chunk(blockDigests[index] ?? '')))
    for (const [metric, [, rows]] of block.entries()) grid.fill(metric, rows, from)
  }
  const metrics = head.metrics.map((metric, index) => [metric.name, toMetric(metric, grid, index)] as const)
  return { ...rest, pods: head.pods, metrics: Object.fromEntries(metrics) }
}

/** Samples by metric, pod and column; slices that no block mentions are `null`. */
class Grid {
  readonly #keys: ReadonlyMap<string, number>
  readonly #slices: number
  readonly #samples = new Map<string, Sample[]>()

  constructor(pods: readonly Pod[], slices: number) {
    this.#keys = new Map(podKeys(pods).map((key, pod) => [key, pod]))
    this.#slices = slices
  }

  fill(metric: number, rows: z.infer<typeof rowsSchema>, from: number): void {
    for (const [key, ...columns] of rows) {
      const pod = this.#keys.get(key)
      if (pod === undefined) throw new Error(`expected a pod of the head, got "${key}"`)
      for (const [column, samples] of columns.entries()) {
        if (samples === null) continue
        const series = this.series(metric, pod, column)
        for (const [offset, sample] of samples.entries()) series[from + offset] = fromSampleText(sample)
      }
    }
  }

  series(metric: number, pod: number, column: number): Sample[] {
    const place = `${metric}/${pod}/${column}`
    const known = this.#samples.get(place)
    if (known !== undefined) return known
    const empty = Array.from<Sample>({ length: this.#slices }).fill(null)
    this.#samples.set(place, empty)
    return empty
  }
}

const toMetric = (head: MetricHead, grid: Grid, metric: number): MetricData => {
  const column = (rows: string | undefined, index: number): readonly PodSeries[] =>
    Array.from(rows ?? '', (flag, pod) => (flag === '1' ? grid.series(metric, pod, index) : null))
  if (head.kind !== 'latency') return plainData[head.kind](head.rows.map(column))
  const { kind, bounds, shape, rows } = head
  const above = Array.from(rows[1] ?? '', (flag, pod) =>
    flag === '1' ? bounds.map((_, bound) => grid.series(metric, pod, bound + 1)) : null,
  )
  return { kind, bounds, above, total: column(rows[0], 0), ...(shape && { shape }) }
}

const specials = ['NaN', '+Inf', '-Inf', '-0'] as const
type StoredSample = number | null | (typeof specials)[number]

function isRow(row: unknown): boolean {
  if (!Array.isArray(row) || typeof row[0] !== 'string') return false
  return row.slice(1).every((column) => column === null || (Array.isArray(column) && column.every(isSample)))
}

function isSample(sample: unknown): boolean {
  return typeof sample === 'number' || sample === null || specials.some((special) => special === sample)
}

const number = z.union([z.number(), z.enum(specials)]).transform((text) => fromSampleText(text) ?? Number.NaN)
const digest = z.string().regex(/^[0-9a-f]{64}$/u)

const manifestSchema = z.strictObject({
  layout: z.literal(1),
  format: z.literal('canary-judge/recording/1'),
  id: z.exactOptional(z.string()),
  sliceSeconds: z.number(),
  start: z.string(),
  slices: z.number(),
  rolloutStart: z.number(),
  gates: z.exactOptional(z.number()),
  steps: z.exactOptional(
    z.array(
      z.strictObject({
        slice: z.number(),
        ends: z.number(),
        weight: z.number(),
        next: z.exactOptional(z.number()),
      }),
    ),
  ),
  problems: z.exactOptional(
    z.array(
      z.strictObject({
        code: z.enum(sourceProblemCodes),
        metric: z.exactOptional(z.string()),
        text: z.string(),
      }),
    ),
  ),
  head: digest,
  blocks: z.array(digest),
})

const parseManifest = (manifest: string): z.infer<typeof manifestSchema> =>
  manifestSchema.parse(JSON.parse(manifest))

const named = { name: z.string(), rows: z.array(z.string().regex(/^[01]*$/u)) }
const plainKind = z.custom<PlainKind>((kind) => typeof kind === 'string' && Object.hasOwn(plainData, kind))
const metricHead = z.union([
  z.strictObject({ ...named, kind: plainKind }),
  z.strictObject({
    ...named,
    kind: z.literal('latency'),
    bounds: z.array(number),
    shape: z.exactOptional(
      z.strictObject({ bounds: z.array(number), above: z.array(number), total: number }),
    ),
  }),
])
type MetricHead = z.infer<typeof metricHead>

const headSchema = z.strictObject({
  pods: z.array(
    z.strictObject({
      name: z.string(),
      arm: z.enum(['canary', 'stable']),
      aggregate: z.exactOptional(z.boolean()),
    }),
  ),
  metrics: z.array(metricHead),
})

/** By hand, since there are millions of samples: zod takes half as long again for the whole. */
const rowsSchema = z.custom<readonly (readonly [string, ...(readonly StoredSample[] | null)[]])[]>(
  (rows) => Array.isArray(rows) && rows.every(isRow),
)
const blockSchema = z.array(z.tuple([z.string(), rowsSchema]))
