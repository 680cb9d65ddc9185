import type { Asked, AskedMetric, Loss } from '../asked.ts'
import { type FileDocument, readAs } from '../read-documents.ts'
import { type Bound, boundOf } from './argo-condition.ts'
import { type Arg, type Metric, type Template, templateSchema } from './argo-schema.ts'
import { type Role, type RoleOf, withRoles } from './placeholders.ts'

export const isArgo = ({ value }: FileDocument): boolean =>
  value['kind'] === 'AnalysisTemplate' || value['kind'] === 'ClusterAnalysisTemplate'

/** An AnalysisTemplate of Argo Rollouts. */
export function fromArgo(document: FileDocument): Asked {
  const { metadata, spec } = readAs(templateSchema, document)
  const roleOf = rolesBy(spec.args ?? [])
  const place = document.placeOf(['spec', 'metrics'])
  const timing: Loss = {
    ...place,
    what: 'interval, count, initialDelay and the limits of failures',
    why: 'they stay in the AnalysisTemplate that asks the judge; one fail of the judge is final',
  }
  return {
    name: metadata.name,
    metrics: spec.metrics.map((metric, index) =>
      readMetric(metric, roleOf, { ...document, isShown: isDry(metric, spec.dryRun ?? []), index }),
    ),
    losses: [
      timing,
      ...spec.metrics.flatMap((metric, index) => conditionLosses(metric, roleOf, index, document)),
    ],
  }
}

export const isDry = ({ name }: Metric, dryRun: NonNullable<Template['spec']['dryRun']>): boolean =>
  dryRun.some(({ metricName }) => metricName === name || metricName === '.*')

function readMetric(
  metric: Metric,
  roleOf: RoleOf,
  { placeOf, isShown, index }: FileDocument & { readonly isShown: boolean; readonly index: number },
): AskedMetric {
  const { name, provider } = metric
  const place = placeOf(['spec', 'metrics', index, 'name'])
  if (provider.prometheus === undefined)
    return {
      name,
      place,
      why: `its provider is ${Object.keys(provider).join(', ') || 'missing'}, and only Prometheus can be asked`,
    }
  const { chosen } = boundsOf(metric, roleOf)
  return {
    name,
    place,
    query: withRoles(provider.prometheus.query, argPattern, roleOf),
    worse: chosen?.worse,
    ...(chosen !== undefined && { fixed: chosen.fixed }),
    keys: isShown ? { watch: true } : {},
    controller: 'argo',
  }
}

export const argPattern = /\{\{([^{}]*)\}\}/g

interface Bounds {
  readonly chosen: Bound | undefined
  readonly success: Bound | undefined
  readonly failure: Bound | undefined
}

/** The bound at which it fails, else the one up to which it succeeds. */
function boundsOf({ successCondition, failureCondition }: Metric, roleOf: RoleOf): Bounds {
  const read = (condition: string | undefined, means: 'success' | 'failure'): Bound | undefined =>
    condition === undefined ? undefined : boundOf(withRoles(condition, argPattern, roleOf), means)
  const [success, failure] = [read(successCondition, 'success'), read(failureCondition, 'failure')]
  return { success, failure, chosen: failure ?? success }
}

function conditionLosses(
  metric: Metric,
  roleOf: RoleOf,
  index: number,
  { placeOf }: FileDocument,
): readonly Loss[] {
  const { success, failure } = boundsOf(metric, roleOf)
  const loss = (key: string, why: string): Loss => ({
    ...placeOf(['spec', 'metrics', index, key]),
    metric: metric.name,
    what: key,
    why,
  })
  const { successCondition, failureCondition } = metric
  return [
    ...(successCondition === undefined || success !== undefined
      ? []
      : [
          loss(
            'successCondition',
            `expected one comparison of the result with a number, got ${successCondition}`,
          ),
        ]),
    ...(failureCondition === undefined || failure !== undefined
      ? []
      : [
          loss(
            'failureCondition',
            `expected one comparison of the result with a number, got ${failureCondition}`,
          ),
        ]),
    ...(success !== undefined && failure !== undefined && success.fixed !== failure.fixed
      ? [
          loss(
            'successCondition',
            `the limit is that of failureCondition, ${failure.fixed}; below it stable decides`,
          ),
        ]
      : []),
  ]
}

/** What the args stand for: by their value, by where it comes from, else by their names. */
export function rolesBy(args: readonly Arg[]): RoleOf {
  return (written) => {
    const name = written.replace(/^args\./, '')
    const arg = args.find((each) => each.name === name)
    if (arg?.value !== undefined) return { value: arg.value }
    const hash = arg?.valueFrom?.podTemplateHashValue
    if (hash !== undefined) return { role: hash === 'Stable' ? 'stable' : 'canary' }
    return namesOfRoles.find(([pattern]) => pattern.test(name))?.[1]
  }
}

const namesOfRoles: readonly (readonly [RegExp, Role])[] = [
  [/stable/i, { role: 'stable' }],
  [/hash|revision|canary.?version/i, { role: 'canary' }],
  [/namespace/i, { role: 'namespace' }],
  [/ingress/i, { role: 'ingress' }],
  [/service|host/i, { role: 'service' }],
  [/^(?:name|app|application|rollout|workload|deployment)(?:.?name)?$/i, { role: 'name' }],
]
