import { createHash } from 'node:crypto'
import type { Policy } from '../../engine/model/policy.ts'
import { canonicalJson } from '../mistakes/canonical-json.ts'

/** SHA-256 over what the policy means: defaults filled in, comments and the order of keys without effect. */
export function policyDigest(policy: Policy): string {
  return createHash('sha256').update(canonicalJson(policy)).digest('hex')
}
