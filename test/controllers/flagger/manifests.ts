import { z } from 'zod'
import { goDuration } from '../go-duration.ts'
import { findManifest } from '../manifests.ts'
import type { Manifest } from '../manifests.ts'

const duration = z.string().transform(goDuration)

export const hookTypes = [
  'confirm-rollout',
  'pre-rollout',
  'rollout',
  'confirm-traffic-increase',
  'confirm-promotion',
  'post-rollout',
  'rollback',
  'event',
] as const
export type HookType = (typeof hookTypes)[number]

const webhook = z.strictObject({
  name: z.string(),
  type: z.enum(hookTypes).default('rollout'),
  url: z.string(),
  timeout: z.string().default('10s').transform(goDuration),
  retries: z.int().min(0).default(0),
  metadata: z.record(z.string(), z.string()).optional(),
  muteAlert: z.boolean().default(false),
  disableTLS: z.boolean().default(false),
})
export type Webhook = z.infer<typeof webhook>

const weight = z.int().min(0).max(100)

const metric = z.strictObject({
  name: z.string(),
  templateRef: z.strictObject({ name: z.string() }, 'metric checks of Flagger itself are not simulated'),
  thresholdRange: z.strictObject({ min: z.number().optional(), max: z.number().optional() }),
  interval: z.string(),
})
export type Metric = z.infer<typeof metric>

const metricTemplate = z.object({
  spec: z.strictObject({
    provider: z.strictObject({
      type: z.literal('prometheus'),
      address: z.url(),
      secretRef: z.strictObject({ name: z.string() }).optional(),
    }),
    query: z.string(),
  }),
})
export type MetricTemplate = z.infer<typeof metricTemplate>['spec']

export const readMetricTemplate = (manifests: readonly Manifest[], name: string): MetricTemplate =>
  metricTemplate.parse(findManifest(manifests, 'MetricTemplate', name).document).spec

// Strict, because a field that is missing here, such as mirror, changes what a tick does.
const analysis = z
  .strictObject({
    interval: duration.refine((ms) => ms >= 10_000, 'expected at least 10s'),
    threshold: z.int(),
    maxWeight: weight.optional(),
    stepWeight: weight.optional(),
    stepWeights: z.array(weight).min(1).optional(),
    iterations: z.int().min(1).optional(),
    match: z.array(z.unknown()).min(1).optional(),
    metrics: z.array(metric).default([]),
    webhooks: z.array(webhook),
    // These fields say which users get the canary and who gets messages; they change no tick.
    sessionAffinity: z.strictObject({ cookieName: z.string(), maxAge: z.int().optional() }).optional(),
    alerts: z.array(z.looseObject({ name: z.string() })).default([]),
  })
  .refine(
    ({ stepWeight = 0, stepWeights, iterations }) =>
      [stepWeight > 0, stepWeights !== undefined, iterations !== undefined].filter(Boolean).length === 1,
    'expected stepWeight, stepWeights or iterations',
  )
  .refine(
    ({ match, iterations }) => match === undefined || iterations !== undefined,
    'expected iterations with match',
  )

const canary = z
  .object({
    metadata: z.object({ name: z.string(), namespace: z.string().default('default') }),
    spec: z.object({
      provider: z.string().optional(),
      targetRef: z.object({ kind: z.string(), name: z.string() }),
      service: z.object({ name: z.string().optional(), port: z.int() }),
      skipAnalysis: z.literal(false, 'skipAnalysis is not simulated').default(false),
      suspend: z.literal(false, 'suspend is not simulated').default(false),
      analysis,
    }),
  })
  .refine(
    ({
      spec: {
        provider,
        analysis: { iterations, match },
      },
    }) => provider !== 'kubernetes' || (iterations !== undefined && match === undefined),
    'what Flagger makes of weights or match without a router is not simulated',
  )
export type Canary = z.infer<typeof canary>
type Analysis = z.infer<typeof analysis>

export const readCanary = (manifests: readonly Manifest[], name?: string): Canary =>
  canary.parse(findManifest(manifests, 'Canary', name).document)

/** Without a router there is only the Service, and no weight can be set. */
export const hasRouter = ({ spec }: Canary): boolean => spec.provider !== 'kubernetes'

/** The weight at which Flagger asks whether to promote. */
export function maxWeight({ stepWeights, maxWeight: limit = 0 }: Analysis): number {
  const last = stepWeights?.at(-1)
  return last ?? (limit > 0 ? limit : 100)
}

/** The weight that follows `from`. */
export function nextWeight({ stepWeights, stepWeight = 0 }: Analysis, from: number): number {
  if (stepWeights === undefined) return Math.min(100, from + stepWeight)
  return stepWeights[stepWeights.indexOf(from) + 1] ?? 100
}
