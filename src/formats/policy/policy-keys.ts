import { metricSchemas } from './metric-schema.ts'
import { type Path, valueAt } from '../mistakes/path.ts'
import { extendingSchema, holdSchema } from './policy-schema.ts'
import { armSelection, presetSelection } from './selection-schema.ts'
import type { KnownKeys } from '../mistakes/field-issues.ts'

const metricKeys = new Map<unknown, readonly string[]>(
  Object.entries(metricSchemas).map(([kind, { shape }]) => [kind, Object.keys(shape)]),
)
export const allMetricKeys: readonly string[] = [...new Set([...metricKeys.values()].flat())]

/** The keys that a policy may have at each place, to explain unknown keys. */
export const policyKeys: KnownKeys = { at: keysAt, explain: explainKey }

function keysAt(path: Path, policy: unknown): readonly string[] {
  const last = path.at(-1)
  if (path.length === 0) return Object.keys(extendingSchema.shape)
  if (last === 'hold') return Object.keys(holdSchema.shape)
  if (last === 'select') {
    const arms = ['canary', 'stable'].some((arm) => valueAt(policy, [...path, arm]) !== undefined)
    return Object.keys((arms ? armSelection : presetSelection).shape)
  }
  return metricKeys.get(valueAt(policy, [...path, 'kind'])) ?? allMetricKeys
}

function explainKey(path: Path, key: string, policy: unknown): string | undefined {
  if (key === '<<') return 'merge keys (<<) are not supported, expected the keys themselves'
  if (path[0] !== 'metrics' || path.length !== 2) return undefined
  const kinds = [...metricKeys].filter(([, keys]) => keys.includes(key)).map(([kind]) => String(kind))
  const kind = valueAt(policy, [...path, 'kind'])
  return kinds.length === 0 || !metricKeys.has(kind)
    ? undefined
    : `${key} is a key of ${kinds.join(' and ')}, not of ${String(kind)}`
}
