import type { Policy } from '../analysis/policy.ts'

export interface PolicyInForce {
  readonly policy: Policy
  readonly digest: string
}
