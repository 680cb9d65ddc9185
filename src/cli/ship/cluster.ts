import { z } from 'zod'
import { AppError } from '../../errors.ts'

const texts = z.record(z.string(), z.string())

const deploymentSchema = z.looseObject({
  kind: z.literal('Deployment'),
  metadata: z.looseObject({
    name: z.string(),
    // Empty for an object that does not exist yet.
    resourceVersion: z.string().default(''),
    generation: z.number().default(0),
    labels: texts.default({}),
    annotations: texts.default({}),
  }),
  spec: z.looseObject({
    replicas: z.number().default(1),
    progressDeadlineSeconds: z.number().default(600),
    selector: z.looseObject({ matchLabels: texts.default({}) }),
    template: z.looseObject({
      metadata: z.looseObject({ labels: texts.default({}) }),
      spec: z.looseObject({ containers: z.array(z.looseObject({ name: z.string(), image: z.string() })) }),
    }),
  }),
  status: z
    .looseObject({
      observedGeneration: z.number().default(0),
      replicas: z.number().default(0),
      updatedReplicas: z.number().default(0),
      availableReplicas: z.number().default(0),
      conditions: z.array(z.looseObject({ type: z.string(), reason: z.string().optional() })).default([]),
    })
    .prefault({}),
})

const ingressSchema = z.looseObject({
  kind: z.literal('Ingress'),
  metadata: z.looseObject({ name: z.string(), annotations: texts.default({}) }),
})

export const weightKey = 'nginx.ingress.kubernetes.io/canary-weight'

export type Deployment = z.output<typeof deploymentSchema>

/** The state of the cluster at one time. */
export interface Cluster {
  readonly deployments: ReadonlyMap<string, Deployment>
  /** Weights by the name of the ingress. */
  readonly weights: ReadonlyMap<string, number>
}

const listSchema = z.looseObject({
  items: z.array(z.discriminatedUnion('kind', [deploymentSchema, ingressSchema])).default([]),
})

/** Parses the output of `kubectl get -o json`: a list, one object, or nothing. */
export function parseCluster(text: string): Cluster {
  const items = text.trim() === '' ? [] : itemsOf(text)
  const deployments = new Map<string, Deployment>()
  const weights = new Map<string, number>()
  for (const item of items) {
    if (item.kind === 'Deployment') deployments.set(item.metadata.name, item)
    else weights.set(item.metadata.name, Number(item.metadata.annotations[weightKey] ?? 0))
  }
  return { deployments, weights }
}

function itemsOf(text: string): z.output<typeof listSchema>['items'] {
  const read: unknown = JSON.parse(text)
  const isList = z.looseObject({ items: z.array(z.unknown()) }).safeParse(read).success
  const list = listSchema.safeParse(isList ? read : { items: [read] })
  if (list.success) return list.data.items
  throw new AppError(
    'bad-request',
    `expected Deployments from kubectl, got something else: ${list.error.message}`,
  )
}

/** Whether all desired pods exist with the newest template, and no others. */
export function isReady({ metadata, spec, status }: Deployment): boolean {
  return (
    status.observedGeneration >= metadata.generation &&
    status.updatedReplicas >= spec.replicas &&
    status.replicas === spec.replicas &&
    status.availableReplicas >= spec.replicas
  )
}

/** Whether Kubernetes has stopped waiting for it. */
export const isStuck = ({ metadata, status }: Deployment): boolean =>
  status.observedGeneration >= metadata.generation &&
  status.conditions.some(
    ({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
  )

export const imageOf = ({ spec }: Deployment, container: string): string | undefined =>
  spec.template.spec.containers.find(({ name }) => name === container)?.image
