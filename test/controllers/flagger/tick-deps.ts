import type { Canary } from './manifests.ts'
import type { Messenger } from './messenger.ts'
import type { FlaggerState } from './state.ts'

/** Whether the pods of a workload are ready. */
export type Readiness = (workload: 'primary' | 'canary') => boolean

export interface TickDeps {
  /** Checks the metrics of the analysis in turn, and says why the first one fails. */
  readonly failedMetric: () => Promise<string | undefined>
  readonly canary: Canary
  readonly state: FlaggerState
  readonly messenger: Messenger
  readonly ready: Readiness
  readonly alert: (text: string) => void
}
