import type { Policy } from '../../engine/model/policy.ts'
import type { FieldIssue } from '../../errors.ts'
import { nearestKey } from '../../formats/mistakes/nearest-key.ts'

/**
 * The places where a policy names a Prometheus that is not configured, so that each look with it would be refused.
 * Where no Prometheus is configured at all the policy is fine: it may be for recordings.
 */
export function unknownSources(policy: Policy, configured: readonly string[]): readonly FieldIssue[] {
  if (configured.length === 0) return []
  const named = new Map(
    policy.metrics.map(({ source }, i) =>
      source === undefined ? ['source', policy.source] : [`metrics[${i}].source`, source],
    ),
  )
  return [...named]
    .filter(([, source]) => !configured.includes(source))
    .map(([path, source]) => ({ path, message: messageOf(source, configured) }))
}

function messageOf(source: string, configured: readonly string[]): string {
  const nearest = nearestKey(source, configured)
  const hint = nearest === undefined ? '' : `, did you mean ${nearest}?`
  return `expected one of the configured sources, which are ${configured.join(', ')}; got "${source}"${hint}`
}
