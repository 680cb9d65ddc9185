import type { FieldIssue } from '../../errors.ts'
import type { Policy } from '../../engine/model/policy.ts'
import type { Node } from './node.ts'

export const manifestKinds = [
  'Rollout',
  'AnalysisTemplate',
  'ClusterAnalysisTemplate',
  'Canary',
  'MetricTemplate',
  'Deployment',
  'Policy',
] as const

export type ManifestKind = (typeof manifestKinds)[number]

/** One object in a file: of Kubernetes, or a policy of canary-judge. */
export interface Manifest {
  readonly kind: ManifestKind
  readonly file: string
  readonly name: string
  /** Empty where the file names none. */
  readonly namespace: string
  readonly root: Node
  /** The document, at the lines that it has in its file. */
  readonly text: string
  /** Of a policy: what it means, and its mistakes. */
  readonly policy?: ReadPolicyResult
}

export interface ReadPolicyResult {
  /** Undefined where it has mistakes. */
  readonly policy?: Policy
  readonly mistakes: readonly FieldIssue[]
  readonly warnings: readonly FieldIssue[]
}
