import type { BasePolicies } from '../../formats/policy/extend-policy.ts'
import { type ParsedPolicy, parsePolicy } from '../../formats/policy/parse-policy.ts'
import { checkQueries } from '../../sources/prometheus/queries/check-queries.ts'

/** A policy that can be asked of a Prometheus; throws `invalid-policy` with every mistake, those in its PromQL too. */
export function readPolicy(text: string, fileName?: string, bases?: BasePolicies): ParsedPolicy {
  return parsePolicy(text, fileName, checkQueries, bases)
}
