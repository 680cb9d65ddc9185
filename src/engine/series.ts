import { decidePath } from './decision/decide-path.ts'
import type { Decided } from './decision/decide.ts'
import { failThreshold, passThreshold } from './decision/error-budget.ts'
import { gatherEvidence, type RunEvidence } from './decision/gather.ts'
import { nextWeight } from './decision/rules/moment.ts'
import type { MetricEvidence } from './evidence/metric-evidence.ts'
import { evidenceNumbers, toEvidence } from './explanation/metric-verdict.ts'
import type { MetricKind, Policy } from './model/policy.ts'
import type { Recording } from './model/recording.ts'
import type { MetricVerdict, Outcome } from './model/verdict.ts'

/** Numbers by slice, for charts. There is one point for each look of the rollout. */
export interface Series {
  /**
   * The evidence of all metrics together, and the verdict, at each look. The rollout fails where the evidence reaches
   * `failsAt`.
   */
  readonly looks: readonly {
    readonly at: number
    readonly judged: Outcome
    readonly verdict: Outcome
    readonly evidence: number
  }[]
  readonly failsAt: number
  readonly metrics: readonly MetricSeries[]
}

export interface MetricSeries {
  readonly name: string
  readonly kind: MetricKind
  readonly tolerance: number
  /** The evidence of harm with which this metric alone fails the rollout; absent where it cannot. */
  readonly failsAt?: number
  /** The evidence of being within the margin with which the metric passes between gates. */
  readonly passesAt: number
  readonly points: readonly Point[]
}

/** The numbers of one metric's verdict at one look. */
export type Point = { readonly at: number } & Pick<
  MetricVerdict,
  'canary' | 'stable' | 'ratio' | 'difference' | 'evidence' | 'passEvidence' | 'margin'
>

/** The numbers behind every look of a rollout. Metrics without data are left out. */
export function series(recording: Recording, policy: Policy): Series {
  const run = gatherEvidence(recording, policy, recording.slices - 1)
  const looks = decidePath(run)
  return {
    looks: looks.map(({ t, judged, verdict, logHarm }) => ({
      at: recording.rolloutStart + t,
      judged,
      verdict,
      evidence: toEvidence(logHarm),
    })),
    failsAt: toEvidence(failThreshold(run)),
    metrics: run.metrics.map((metric) => metricSeries(run, metric, looks)),
  }
}

function metricSeries(run: RunEvidence, metric: MetricEvidence, looks: readonly Decided[]): MetricSeries {
  const { name, kind, tolerance } = metric.policy
  const own = run.components.find((component) => component.metric === name && component.rule === 'worse')
  const weight = own?.weight ?? 0
  return {
    name,
    kind,
    tolerance,
    ...(weight > 0 && { failsAt: toEvidence(failThreshold(run) - Math.log(weight)) }),
    passesAt: toEvidence(passThreshold(run)),
    points: looks.map(({ t, step }) => {
      const { canary, stable, ratio, difference, evidence, passEvidence, margin } = evidenceNumbers(
        run,
        metric,
        nextWeight(step),
        t,
      )
      return {
        at: run.recording.rolloutStart + t,
        canary,
        stable,
        evidence,
        ...(ratio && { ratio }),
        ...(difference && { difference }),
        ...(passEvidence !== undefined && { passEvidence }),
        ...(margin !== undefined && { margin }),
      }
    }),
  }
}
