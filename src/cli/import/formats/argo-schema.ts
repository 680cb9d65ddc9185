import { z } from 'zod'

const argSchema = z.looseObject({
  name: z.string(),
  value: z.optional(z.string()),
  valueFrom: z.optional(z.looseObject({ podTemplateHashValue: z.optional(z.string()) })),
})

/** A number or a duration, or an arg that stands for one. */
const numberSchema = z.optional(z.union([z.number(), z.string()]))

const metricSchema = z.looseObject({
  name: z.string(),
  successCondition: z.optional(z.string()),
  failureCondition: z.optional(z.string()),
  initialDelay: numberSchema,
  interval: numberSchema,
  count: numberSchema,
  failureLimit: numberSchema,
  inconclusiveLimit: numberSchema,
  consecutiveErrorLimit: numberSchema,
  consecutiveSuccessLimit: numberSchema,
  provider: z.looseObject({
    prometheus: z.optional(z.looseObject({ query: z.string(), rangeQuery: z.optional(z.unknown()) })),
  }),
})

export const templateSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    args: z.optional(z.array(argSchema)),
    metrics: z.array(metricSchema),
    dryRun: z.optional(z.array(z.looseObject({ metricName: z.string() }))),
  }),
})

export type Template = z.output<typeof templateSchema>
export type Metric = z.output<typeof metricSchema>

export type Arg = z.output<typeof argSchema>
