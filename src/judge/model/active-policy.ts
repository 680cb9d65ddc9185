import type { Policy } from '../../engine/model/policy.ts'

export interface ActivePolicy {
  readonly policy: Policy
  readonly digest: string
}
