import { createHash } from 'node:crypto'
import type { Policy } from '../../engine/model/policy.ts'

/** SHA-256 over what the policy means: defaults filled in, comments and the order of keys without effect. */
export function policyDigest(policy: Policy): string {
  return createHash('sha256').update(canonicalJson(policy)).digest('hex')
}

/** JSON in which the order of keys makes no difference, and what is undefined is left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
}
