import type { Finding } from './finding.ts'

export interface LintReport {
  readonly findings: readonly Finding[]
  readonly files: number
  /** How many manifests were looked at. */
  readonly objects: number
  /** How many were left out, because they are parts that kustomize puts together. */
  readonly patches: number
}
