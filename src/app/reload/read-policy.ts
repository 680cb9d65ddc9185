import type { BasePolicies } from '../../formats/policy/extend-policy.ts'
import { type ParsedPolicy, parsePolicy } from '../../formats/policy/parse-policy.ts'
import { checkQueries } from '../../sources/prometheus/queries/check-queries.ts'

/** Reads a policy and checks its PromQL too; throws `invalid-policy` with every mistake. */
export function readPolicy(text: string, fileName?: string, bases?: BasePolicies): ParsedPolicy {
  return parsePolicy(text, fileName, checkQueries, bases)
}
