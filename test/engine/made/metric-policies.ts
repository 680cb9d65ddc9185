import type { ConversionPolicy, ErrorsPolicy, LatencyPolicy } from '../../../src/engine/model/policy.ts'
import { policyOf } from './recordings.ts'

export function errorsPolicy(own: object = {}): ErrorsPolicy {
  const [metric] = policyOf([{ name: 'errors', kind: 'errors', ...own }]).metrics
  if (metric?.kind !== 'errors') throw new Error('expected errors')
  return metric
}

export function conversionPolicy(own: object = {}): ConversionPolicy {
  const [metric] = policyOf([{ name: 'sales', kind: 'conversion', ...own }]).metrics
  if (metric?.kind !== 'conversion') throw new Error('expected a conversion')
  return metric
}

export function latencyPolicy(own: object = {}): LatencyPolicy {
  const [metric] = policyOf([{ name: 'p95', kind: 'latency', ...own }]).metrics
  if (metric?.kind !== 'latency') throw new Error('expected a latency')
  return metric
}
