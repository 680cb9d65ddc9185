import type { Asked, AskedMetric, AskedQuery, Loss, Place } from '../asked.ts'
import { type FileDocument, readAs } from '../read-documents.ts'
import { isBuiltinName, readBuiltin } from './flagger-builtin.ts'
import {
  canarySchema,
  type FlaggerCanary,
  type FlaggerMetric,
  type Template,
  templateSchema,
} from './flagger-schema.ts'
import { type RoleOf, withRoles } from './placeholders.ts'

const isOfFlagger = ({ value }: FileDocument, kind: string): boolean =>
  value['kind'] === kind && String(value['apiVersion']).startsWith('flagger.app/')

export const isFlagger = (document: FileDocument): boolean => isOfFlagger(document, 'Canary')

/** A Canary of Flagger, with the MetricTemplates that stand in the same files. */
export function fromFlagger(document: FileDocument, documents: readonly FileDocument[]): Asked {
  const canary = readAs(canarySchema, document)
  const { metadata, spec } = canary
  const templateOf = templatesOf(canary, documents)
  const { provider = 'istio', analysis } = spec
  const metrics = analysis.metrics ?? []
  const at = (index: number): Place => document.placeOf(['spec', 'analysis', 'metrics', index, 'name'])
  return {
    name: metadata.name,
    metrics: metrics.map((metric, index) => readMetric(metric, at(index), provider, templateOf)),
    losses: [
      ...(spec.provider === undefined && metrics.some(({ name }) => isBuiltinName(name))
        ? [assumed(document.placeOf(['spec']))]
        : []),
      {
        ...document.placeOf(['spec', 'analysis']),
        what: 'interval, iterations, weights, threshold and webhooks',
        why: 'they stay in the Canary; the hooks of the judge take the place of its metrics',
      },
      ...metrics.flatMap((metric, index) => lossesOf(metric, at(index))),
    ],
  }
}

export type TemplateOf = (reference: NonNullable<FlaggerMetric['templateRef']>) => Template | undefined

/** Finds MetricTemplates: in the namespace that a metric names, else in that of the Canary. */
export function templatesOf(canary: FlaggerCanary, documents: readonly FileDocument[]): TemplateOf {
  const templates = documents
    .filter((each) => isOfFlagger(each, 'MetricTemplate'))
    .map((each) => readAs(templateSchema, each))
  return ({ name, namespace = canary.metadata.namespace }) =>
    templates.find(
      ({ metadata }) =>
        metadata.name === name &&
        // an object that names no namespace is in any
        (namespace === undefined || (metadata.namespace ?? namespace) === namespace),
    )
}

const assumed = (place: Place): Loss => ({
  ...place,
  what: 'provider',
  why: 'the Canary names none, so istio is assumed, which is the default of Flagger',
})

function readMetric(
  metric: FlaggerMetric,
  place: Place,
  provider: string,
  templateOf: TemplateOf,
): AskedMetric {
  const { name, templateRef, query } = metric
  if (templateRef === undefined && query === undefined) {
    const ready = readBuiltin(metric, provider)
    return 'why' in ready ? { name, place, why: ready.why } : { name, place, ...ready }
  }
  if (templateRef === undefined) return asQuery(metric, place, query ?? '')
  const template = templateOf(templateRef)
  if (template === undefined)
    return { name, place, why: `the files have no MetricTemplate ${templateRef.name}; name its file too` }
  const { type } = template.spec.provider
  return type === 'prometheus'
    ? asQuery(metric, place, template.spec.query)
    : { name, place, why: `its provider is ${type}, and only Prometheus can be asked` }
}

function asQuery(metric: FlaggerMetric, place: Place, query: string): AskedQuery {
  const { min, max = metric.threshold } = metric.thresholdRange ?? {}
  return {
    name: metric.name,
    place,
    query: withRoles(query, goPattern, rolesBy(metric)),
    worse: max === undefined ? (min === undefined ? undefined : 'lower') : 'higher',
    ...((max ?? min) !== undefined && { fixed: max ?? min ?? 0 }),
    keys: {},
    controller: 'flagger',
  }
}

/** What a template of Go has between braces. */
export const goPattern = /\{\{-?([^{}]*?)-?\}\}/g

function lossesOf({ name, thresholdRange }: FlaggerMetric, place: Place): readonly Loss[] {
  return thresholdRange?.min === undefined || thresholdRange.max === undefined
    ? []
    : [
        {
          ...place,
          metric: name,
          what: `thresholdRange.min ${thresholdRange.min}`,
          why: 'only more is taken for worse',
        },
      ]
}

const rolesBy =
  ({ templateVariables = {} }: FlaggerMetric): RoleOf =>
  (written) => {
    const variable = /^variables\.(.+)$/.exec(written)?.[1]
    if (variable === undefined) return roles.get(written)
    const value = Object.hasOwn(templateVariables, variable) ? templateVariables[variable] : undefined
    return value === undefined ? undefined : { value }
  }

const roles = new Map([
  ['name', { role: 'name' }],
  ['target', { role: 'name' }],
  ['namespace', { role: 'namespace' }],
  ['service', { role: 'service' }],
  ['ingress', { role: 'ingress' }],
  ['interval', { role: 'interval' }],
])
