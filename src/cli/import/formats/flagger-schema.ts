import { z } from 'zod'

const namedSchema = z.looseObject({ name: z.string() })
/** Of an object, or of one that another object refers to. */
const placedSchema = z.looseObject({ name: z.string(), namespace: z.optional(z.string()) })

const metricSchema = z.looseObject({
  name: z.string(),
  interval: z.optional(z.string()),
  thresholdRange: z.optional(z.looseObject({ min: z.optional(z.number()), max: z.optional(z.number()) })),
  threshold: z.optional(z.number()),
  query: z.optional(z.string()),
  templateRef: z.optional(placedSchema),
  templateVariables: z.optional(z.record(z.string(), z.string())),
})

export const canarySchema = z.looseObject({
  metadata: placedSchema,
  spec: z.looseObject({
    provider: z.optional(z.string()),
    targetRef: z.optional(namedSchema),
    service: z.optional(z.looseObject({ name: z.optional(z.string()) })),
    ingressRef: z.optional(namedSchema),
    analysis: z.looseObject({
      interval: z.optional(z.string()),
      threshold: z.optional(z.number()),
      metrics: z.optional(z.array(metricSchema)),
      webhooks: z.optional(z.array(z.looseObject({ name: z.string() }))),
    }),
  }),
})

export const templateSchema = z.looseObject({
  metadata: placedSchema,
  spec: z.looseObject({ provider: z.looseObject({ type: z.string() }), query: z.string() }),
})

export type FlaggerMetric = z.output<typeof metricSchema>
export type FlaggerCanary = z.output<typeof canarySchema>
export type Template = z.output<typeof templateSchema>
