import { z } from 'zod'

const effectSchema = z.looseObject({
  measure: z.optional(z.string()),
  allowedIncrease: z.optional(z.number()),
  allowedDecrease: z.optional(z.number()),
  criticalIncrease: z.optional(z.number()),
  criticalDecrease: z.optional(z.number()),
})

const analysisSchema = z.looseObject({
  direction: z.optional(z.string()),
  critical: z.optional(z.boolean()),
  mustHaveData: z.optional(z.boolean()),
  muted: z.optional(z.boolean()),
  nanStrategy: z.optional(z.string()),
  effectSize: z.optional(effectSchema),
  outliers: z.optional(z.looseObject({ strategy: z.optional(z.string()) })),
})

const metricSchema = z.looseObject({
  name: z.string(),
  query: z.looseObject({
    type: z.optional(z.string()),
    serviceType: z.optional(z.string()),
    metricName: z.optional(z.string()),
    customInlineTemplate: z.optional(z.string()),
    customFilter: z.optional(z.string()),
    customFilterTemplate: z.optional(z.string()),
    labelBindings: z.optional(z.array(z.string())),
    groupByFields: z.optional(z.array(z.string())),
    resourceType: z.optional(z.string()),
  }),
  analysisConfigurations: z.optional(z.looseObject({ canary: z.optional(analysisSchema) })),
  scopeName: z.optional(z.string()),
})

export const configSchema = z.looseObject({
  name: z.string(),
  judge: z.optional(z.looseObject({ name: z.optional(z.string()) })),
  metrics: z.array(metricSchema),
  templates: z.optional(z.record(z.string(), z.string())),
  classifier: z.optional(
    z.looseObject({ groupWeights: z.optional(z.unknown()), scoreThresholds: z.optional(z.unknown()) }),
  ),
})

export type Config = z.output<typeof configSchema>
export type KayentaMetric = z.output<typeof metricSchema>
export type Analysis = z.output<typeof analysisSchema>
