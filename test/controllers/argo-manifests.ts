import { z } from 'zod'
import { goDuration } from './go-duration.ts'
import { findManifest } from './manifests.ts'
import type { Manifest } from './manifests.ts'

// Strict where a field that the model does not know would change what Argo does.
const duration = z.string().transform(goDuration)
const intOrString = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
])
const strings = z.record(z.string(), z.string())

const stepArgument = z.strictObject({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .union([
      z.strictObject({ podTemplateHashValue: z.enum(['Latest', 'Stable']) }),
      z.strictObject({ fieldRef: z.strictObject({ fieldPath: z.string() }) }),
    ])
    .optional(),
})
export type StepArgument = z.infer<typeof stepArgument>

const dryRun = z.array(z.strictObject({ metricName: z.string() })).default([])
const analysis = z.strictObject({
  templates: z
    .array(z.strictObject({ templateName: z.string(), clusterScope: z.boolean().default(false) }))
    .length(1),
  args: z.array(stepArgument).default([]),
  dryRun,
})
export type StepAnalysis = z.infer<typeof analysis>

const rolloutStep = z.union([
  z.strictObject({ setWeight: z.int().min(0).max(100) }),
  z.strictObject({ pause: z.strictObject({ duration: z.union([z.int(), z.string()]).optional() }) }),
  z.strictObject({ analysis }),
])
export type RolloutStep = z.infer<typeof rolloutStep>

const rollout = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().default('default'),
    labels: strings.default({}),
    annotations: strings.default({}),
  }),
  spec: z.object({
    strategy: z.object({
      canary: z.object({
        steps: z.array(rolloutStep),
        analysis: z.undefined('a background analysis is not simulated').optional(),
      }),
    }),
  }),
})
export type Rollout = z.infer<typeof rollout>

const templateArgument = z.strictObject({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .strictObject({ secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }) })
    .optional(),
})
export type TemplateArgument = z.infer<typeof templateArgument>

const template = z.object({
  spec: z.strictObject({
    args: z.array(templateArgument).default([]),
    /** Read again as a metric once its args are put in. */
    metrics: z.tuple([z.unknown()]),
    dryRun,
  }),
})
export type Template = z.infer<typeof template>['spec']

const web = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT']).default('GET'),
  url: z.string(),
  headers: z.array(z.strictObject({ key: z.string(), value: z.string() })).default([]),
  timeoutSeconds: z.int().default(0),
  jsonPath: z.string().default('{$}'),
  jsonBody: z.record(z.string(), z.unknown()).optional(),
})

const metric = z.strictObject({
  name: z.string(),
  interval: duration.optional(),
  initialDelay: duration.default(0),
  count: intOrString.optional(),
  failureLimit: intOrString.default(0),
  inconclusiveLimit: intOrString.default(0),
  consecutiveErrorLimit: intOrString.default(4),
  consecutiveSuccessLimit: intOrString.default(0),
  successCondition: z.string().optional(),
  failureCondition: z.string().optional(),
  provider: z.strictObject({ web }),
})
export type Metric = z.infer<typeof metric>

export const readRollout = (manifests: readonly Manifest[], name?: string): Rollout =>
  rollout.parse(findManifest(manifests, 'Rollout', name).document)

export function readTemplate(manifests: readonly Manifest[], step: StepAnalysis): Template {
  const [reference] = step.templates
  const kind = reference?.clusterScope === true ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate'
  return template.parse(findManifest(manifests, kind, reference?.templateName).document).spec
}

export const readMetric = (document: unknown): Metric => metric.parse(document)

/** A pause in milliseconds; undefined for one that only a person ends. A plain number is seconds. */
export function pauseMs(length: number | string | undefined): number | undefined {
  if (length === undefined) return undefined
  return /^\d+$/.test(String(length)) ? Number(length) * 1000 : goDuration(String(length))
}
