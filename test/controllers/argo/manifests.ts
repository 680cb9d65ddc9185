import { z } from 'zod'
import { goDuration } from '../go-duration.ts'
import { findManifest } from '../manifests.ts'
import type { Manifest } from '../manifests.ts'

// The schemas are strict where a field that the model does not know would change what Argo does.
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

const weight = z.int().min(0).max(100)
const experimentAnalysis = z.strictObject({
  name: z.string(),
  templateName: z.string(),
  clusterScope: z.boolean().default(false),
  requiredForCompletion: z.literal(true, 'an analysis that an experiment does not wait for is not simulated'),
  args: z.array(stepArgument).default([]),
})
// Strict, because an experiment with a duration would also end by the clock.
const experiment = z.strictObject({
  templates: z
    .array(
      z.strictObject({
        name: z.string(),
        specRef: z.enum(['stable', 'canary']),
        replicas: z.int().min(1).default(1),
        weight: weight.optional(),
      }),
    )
    .min(1),
  analyses: z.tuple([experimentAnalysis]),
})
export type StepExperiment = z.infer<typeof experiment>

const matches = z.array(z.looseObject({})).min(1).optional()

const rolloutStep = z.union([
  z.strictObject({ setWeight: weight }),
  z.strictObject({ pause: z.strictObject({ duration: z.union([z.int(), z.string()]).optional() }) }),
  z.strictObject({ analysis }),
  z.strictObject({ experiment }),
  z.strictObject({
    setCanaryScale: z.union([
      z.strictObject({ replicas: z.int().min(0) }),
      z.strictObject({ weight }),
      z.strictObject({ matchTrafficWeight: z.literal(true) }),
    ]),
  }),
  z.strictObject({ setHeaderRoute: z.strictObject({ name: z.string(), match: matches }) }),
  z.strictObject({
    setMirrorRoute: z.strictObject({ name: z.string(), percentage: weight.optional(), match: matches }),
  }),
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
    strategy: z.union([
      z.object({
        canary: z.object({
          steps: z.array(rolloutStep),
          trafficRouting: z
            .looseObject({ managedRoutes: z.array(z.strictObject({ name: z.string() })).default([]) })
            .optional(),
          analysis: z.undefined('a background analysis is not simulated').optional(),
        }),
        blueGreen: z.undefined().optional(),
      }),
      z.object({
        blueGreen: z.object({
          activeService: z.string(),
          previewService: z.string().optional(),
          prePromotionAnalysis: analysis.optional(),
          postPromotionAnalysis: analysis.optional(),
          autoPromotionEnabled: z.literal(true, 'a promotion by hand is not simulated').default(true),
        }),
        canary: z.undefined().optional(),
      }),
    ]),
  }),
})
export interface Rollout extends z.infer<typeof rollout> {
  /** The whole object, for args that read any of its fields. */
  readonly document: unknown
}
export type Strategy = Rollout['spec']['strategy']

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
    /** Each metric is parsed again when its args are filled in. */
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

export function readRollout(manifests: readonly Manifest[], name?: string): Rollout {
  const { document } = findManifest(manifests, 'Rollout', name)
  return { ...rollout.parse(document), document }
}

export function readTemplate(
  manifests: readonly Manifest[],
  { templates: [reference] }: Pick<StepAnalysis, 'templates'>,
): Template {
  const kind = reference?.clusterScope === true ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate'
  return template.parse(findManifest(manifests, kind, reference?.templateName).document).spec
}

export const readMetric = (document: unknown): Metric => metric.parse(document)

const jobMetric = z.strictObject({
  name: z.string(),
  provider: z.strictObject({ job: z.looseObject({ spec: z.looseObject({}) }) }),
})

/** A metric that is measured once, by a Job. */
export const readJob = (document: unknown): { readonly name: string } | undefined =>
  jobMetric.safeParse(document).data

/** The length of a pause in milliseconds; undefined when only a person ends it. A plain number means seconds. */
export function pauseMs(length: number | string | undefined): number | undefined {
  if (length === undefined) return undefined
  return /^\d+$/.test(String(length)) ? Number(length) * 1000 : goDuration(String(length))
}
