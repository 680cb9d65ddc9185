import type { Policy } from '../engine/model/policy.ts'
import type { SourceProblem } from '../engine/model/recording.ts'
import type { Diagnosis } from '../judge/ports/diagnosis.ts'
import type {
  CanaryStartRequest,
  Clock,
  DiagnoseRequest,
  FetchedMetric,
  FetchRequest,
  Log,
} from '../judge/ports/ports.ts'
import type { SharedTime } from './recording/shared-time.ts'
import type { SourceSettings } from './source-settings.ts'

/**
 * One type of source with all its servers. Every policy that it gets holds the metrics of this type alone; the source
 * set splits policies, and makes one recording of what the types read.
 */
export interface Source {
  /** Refuses, before any query, what can never work: throws AppError. */
  check(request: SourceRequest): void
  /** See MetricSource. */
  canaryStart(request: CanaryStartRequest): Promise<number | undefined>
  /**
   * The rows of every metric, cut by the time that all types share: it must ask `time` for the slicing and for the
   * number of slices once each. What a server fails at is a problem; rejects with AppError for what can never work.
   */
  read(request: FetchRequest, time: SharedTime): Promise<SourceRead>
  /** See MetricSource. */
  diagnose(request: DiagnoseRequest): Promise<Pick<Diagnosis, 'findings' | 'metrics'>>
  close(): void
}

export type SourceRequest = Pick<CanaryStartRequest, 'policy' | 'run' | 'params'>

export interface SourceRead {
  readonly metrics: readonly FetchedMetric[]
  readonly problems: readonly SourceProblem[]
}

export interface SourceOptions {
  /** The servers of this type, by name; `default` is what policies mean that name none. */
  readonly sources: Readonly<Record<string, SourceSettings>>
  readonly clock: Clock
  readonly log: Log
  readonly telemetry?: SourceTelemetry
  /** For what was learned of runs. */
  readonly cacheBytes?: number
  readonly maxResponseBytes?: number
  /** Of one look, all its queries together. */
  readonly maxSamples?: number
  /** How many queries a server gets at the same time. */
  readonly concurrency?: number
}

export interface SourceTelemetry {
  query(source: string, result: string, seconds: number): void
}

export type CreateSource = (options: SourceOptions) => Source

/** The name of the source that a metric is read from. */
export function sourceNameOf(policy: Policy, metric: Policy['metrics'][number]): string {
  return metric.source ?? policy.source
}
