import { z } from 'zod'

const argSchema = z.looseObject({
  name: z.string(),
  value: z.optional(z.string()),
  valueFrom: z.optional(z.looseObject({ podTemplateHashValue: z.optional(z.string()) })),
})

const metricSchema = z.looseObject({
  name: z.string(),
  successCondition: z.optional(z.string()),
  failureCondition: z.optional(z.string()),
  provider: z.looseObject({ prometheus: z.optional(z.looseObject({ query: z.string() })) }),
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
