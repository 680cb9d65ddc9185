import type { Asked, AskedMetric, Loss } from '../asked.ts'
import { type FileDocument, readAs } from '../read-documents.ts'
import { type Analysis, type Config, configSchema, type KayentaMetric } from './kayenta-schema.ts'
import { kayentaQuery } from './kayenta-query.ts'
import { type RoleOf, withRoles } from './placeholders.ts'

export const isKayenta = ({ value }: FileDocument): boolean =>
  Array.isArray(value['metrics']) && !('kind' in value) && ('classifier' in value || 'judge' in value)

/** A canaryConfig of Kayenta. */
export function fromKayenta(document: FileDocument): Asked {
  const config = readAs(configSchema, document)
  const read = config.metrics.map((metric, index) => readMetric(metric, index, config, document))
  return {
    name: config.name,
    metrics: read.map(({ asked }) => asked),
    losses: [...lossesOfWhole(config, document), ...read.flatMap(({ losses }) => losses)],
  }
}

function lossesOfWhole({ judge, classifier, metrics }: Config, { placeOf }: FileDocument): readonly Loss[] {
  const loss = (path: readonly string[], what: string, why: string): Loss => ({ ...placeOf(path), what, why })
  const scopes = new Set(metrics.map(({ scopeName }) => scopeName ?? 'default'))
  return [
    ...(judge?.name === undefined || judge.name === 'NetflixACAJudge-v1.0'
      ? []
      : [loss(['judge'], `judge ${judge.name}`, 'the rules read here are those of NetflixACAJudge-v1.0')]),
    ...(classifier?.groupWeights === undefined
      ? []
      : [
          loss(
            ['classifier', 'groupWeights'],
            'groups and their weights',
            'any metric that fails lets the rollout fail',
          ),
        ]),
    ...(classifier?.scoreThresholds === undefined
      ? []
      : [
          loss(
            ['classifier', 'scoreThresholds'],
            'scoreThresholds',
            'there is no score: a metric fails when harm is shown',
          ),
        ]),
    ...(scopes.size < 2
      ? []
      : [
          loss(
            ['metrics'],
            `scopes ${[...scopes].join(', ')}`,
            'a rollout has one canary and one stable: all are read there',
          ),
        ]),
  ]
}

interface ReadMetric {
  readonly asked: AskedMetric
  readonly losses: readonly Loss[]
}

function readMetric(
  { name, query: written, analysisConfigurations }: KayentaMetric,
  index: number,
  { templates = {} }: Config,
  { placeOf }: FileDocument,
): ReadMetric {
  const analysis = analysisConfigurations?.canary ?? {}
  const { critical = false, mustHaveData = false, muted = false, direction = 'either' } = analysis
  const place = placeOf(['metrics', index, 'name'])
  const anyway = { name, place, ...((critical || mustHaveData) && { isNeeded: true as const }) }
  const query = kayentaQuery(written, templates)
  if ('why' in query) return { asked: { ...anyway, why: query.why }, losses: [] }
  return {
    asked: {
      ...anyway,
      query: withRoles(query.text, /\$\{([^${}]*)\}/g, roleOf),
      worse: direction === 'decrease' ? 'lower' : 'higher',
      tolerated: toleratedBy(analysis),
      keys: muted ? { watch: true } : { required: critical || mustHaveData },
      controller: 'kayenta',
    },
    losses: lossesOf(analysis).map(([what, why]) => ({ ...place, metric: name, what, why })),
  }
}

const roleOf: RoleOf = (name) => roles.get(name)
const roles = new Map([
  ['scope', { role: 'canary' }],
  ['location', { role: 'namespace' }],
])

/** Without bounds Kayenta takes any significant difference, which is a ratio of 1. */
function toleratedBy({ direction, effectSize = {} }: Analysis): number {
  if (effectSize.measure === 'cles') return 1
  return direction === 'decrease'
    ? Math.min(1, effectSize.allowedDecrease ?? 1)
    : Math.max(1, effectSize.allowedIncrease ?? 1)
}

/** What the analysis of a metric has that a policy has not, and why. */
function lossesOf({
  direction,
  effectSize = {},
  outliers,
  nanStrategy,
}: Analysis): readonly (readonly [string, string])[] {
  const { measure, criticalIncrease, criticalDecrease } = effectSize
  const critical = criticalIncrease ?? criticalDecrease
  return [
    ...(direction === 'increase' || direction === 'decrease'
      ? []
      : [[`direction ${direction ?? 'either'}`, 'only more is taken for worse'] as const]),
    ...(measure === 'cles'
      ? [
          [
            'effectSize.measure cles',
            'ratios are compared, so its bounds are left out: no worse than stable',
          ] as const,
        ]
      : []),
    ...(critical === undefined
      ? []
      : [
          [
            `a critical bound of ${critical}`,
            'a metric that fails lets the rollout fail at any size',
          ] as const,
        ]),
    ...(outliers?.strategy === 'remove'
      ? [['outliers', 'the noise is learned from the history instead'] as const]
      : []),
    ...(nanStrategy === 'replace'
      ? [
          [
            'nanStrategy replace',
            'a counter without a series counts as 0, a level that is missing is left out',
          ] as const,
        ]
      : []),
  ]
}
