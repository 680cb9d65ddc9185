import { z } from 'zod'
import type { MetricKind } from '../../engine/model/policy.ts'
import { sourceProblemCodes } from '../../engine/model/recording.ts'

const maxPods = 5000
const maxSlices = 20_000

/** The schema only describes matrices; check-matrices.ts reads them without zod, which is a hundred times faster. */
const matrix = (description: string, schema: object): z.ZodUnknown =>
  z.unknown().meta({ description, ...schema })

const sample = { anyOf: [{ type: ['number', 'null'] }, { enum: ['NaN', '+Inf', '-Inf'] }] }
const series = { type: ['array', 'null'], items: sample, maxItems: maxSlices }
const perPod = (description: string): z.ZodUnknown =>
  matrix(`${description}, as [pod][slice]; null = no sample, or a pod without this metric.`, {
    type: 'array',
    items: series,
    maxItems: maxPods,
  })

const whole = (max: number): z.ZodNumber => z.int().min(0).max(max)
const bounds = z.array(z.number().positive()).min(1).max(500)

const shape = z.strictObject({
  bounds: bounds.meta({ description: 'All bounds of the histogram, in seconds, ascending.' }),
  above: z.array(z.number().min(0)).max(500).meta({ description: 'Requests slower than each bound.' }),
  total: z.number().min(0).meta({ description: 'All requests.' }),
})

const kind = <K extends string>(name: K): z.ZodLiteral<K> =>
  z.literal(name).meta({ description: 'What was measured.' })

const errorsData = z.strictObject({
  kind: kind('errors'),
  bad: perPod('Failed requests'),
  total: perPod('All requests'),
})

const conversionData = z.strictObject({
  kind: kind('conversion'),
  good: perPod('Successes'),
  total: perPod('Attempts'),
})

export const latencyData = z.strictObject({
  kind: kind('latency'),
  bounds: bounds.meta({ description: 'Bucket bounds in seconds, ascending.' }),
  above: matrix('Requests slower than the bound, as [pod][bound][slice].', {
    type: 'array',
    items: { type: ['array', 'null'], items: { type: 'array', items: sample, maxItems: maxSlices } },
    maxItems: maxPods,
  }),
  total: perPod('All requests'),
  shape: z.exactOptional(shape.meta({ description: "The stable arm's history over all bounds." })),
})

const gaugeData = z.strictObject({ kind: kind('gauge'), value: perPod('Levels') })

const restartsData = z.strictObject({ kind: kind('restarts'), restarts: perPod('Restarts') })

const seriesData = z.strictObject({ kind: kind('series'), value: perPod('Values of each arm') })

/** How the data of each kind of metric are written. */
export const dataSchemas = {
  errors: errorsData,
  latency: latencyData,
  conversion: conversionData,
  gauge: gaugeData,
  restarts: restartsData,
  series: seriesData,
} satisfies Readonly<Record<MetricKind, z.ZodType>>

const { errors, latency, conversion, gauge, restarts, series: plainSeries } = dataSchemas
const metricData = z.discriminatedUnion('kind', [errors, latency, conversion, gauge, restarts, plainSeries])

const arm = z.enum(['canary', 'stable'])

export const podSchema = z.strictObject({
  name: z.string().min(1).max(253).meta({ description: 'Unique in the recording.' }),
  arm: arm.meta({ description: 'The version it runs.' }),
  aggregate: z.exactOptional(
    z.boolean().meta({ description: 'The sum over an arm whose pods are not known; at most one per arm.' }),
  ),
})

export const stepSchema = z.strictObject({
  slice: whole(maxSlices).meta({ description: 'First slice at this weight.' }),
  ends: whole(10 * maxSlices).meta({
    description: 'First slice after it; the look after slice ends − 1 is its gate. It may lie in the future.',
  }),
  weight: z.number().min(0).max(100).meta({ description: 'Percent of the traffic that goes to the canary.' }),
  next: z.exactOptional(
    z.number().min(0).max(100).meta({ description: 'The weight that follows when the step passes.' }),
  ),
})

export const problemSchema = z.strictObject({
  code: z.enum(sourceProblemCodes).meta({ description: 'What kind of problem.' }),
  metric: z.exactOptional(z.string().max(63).meta({ description: 'The metric it is about.' })),
  text: z.string().max(1000).meta({ description: 'The problem in words.' }),
})

export const recordingSchema = z
  .strictObject({
    format: z.literal('canary-judge/recording/1').meta({ description: 'The version of this format.' }),
    id: z.exactOptional(z.string().min(1).max(200).meta({ description: 'Given back with the verdicts.' })),
    sliceSeconds: z.number().positive().max(86_400).meta({ description: 'Length of a slice.' }),
    start: z.iso
      .datetime({ offset: true, error: 'expected a time such as 2026-11-20T10:00:00Z' })
      .meta({ description: 'Start of slice 0.' }),
    slices: whole(maxSlices).meta({ description: 'How many slices every row has.' }),
    rolloutStart: whole(maxSlices).meta({
      description: 'First slice of the run; before it lies history, stable only.',
    }),
    gates: z.exactOptional(z.int().min(1).max(1000).meta({ description: 'How many steps the plan has.' })),
    steps: z.exactOptional(z.array(stepSchema).max(1000).meta({ description: 'The steps begun so far.' })),
    pods: z.array(podSchema).max(maxPods).meta({ description: 'The pods, in the order of the rows.' }),
    metrics: z
      .record(
        z.string().regex(/^[a-zA-Z_][\w.-]{0,62}$/, 'expected a name such as errors or p95'),
        metricData,
      )
      .meta({ description: 'The metrics by name, at most 50.' }),
    problems: z.exactOptional(
      z.array(problemSchema).max(1000).meta({ description: 'What the source could not put into numbers.' }),
    ),
  })
  .meta({ title: 'canary-judge recording', description: 'All data of one run: slices × pods × metrics.' })

export type RecordingInput = z.output<typeof recordingSchema>
