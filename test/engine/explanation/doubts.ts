import type { Decided } from '../../../src/engine/decision/decide.ts'
import type { RunEvidence } from '../../../src/engine/decision/gather.ts'
import type { MetricEvidence } from '../../../src/engine/evidence/metric-evidence.ts'
import type { Policy } from '../../../src/engine/model/policy.ts'
import { rolloutPlan } from '../../../src/engine/model/rollout-plan.ts'
import { type Uncertainty, uncertainties } from '../../../src/engine/explanation/uncertainty.ts'
import type { ReasonCode } from '../../../src/engine/model/verdict.ts'
import { handMade, policyOf } from '../made/recordings.ts'

export const T = 10
export const four = (other: object = {}): Policy =>
  policyOf(
    [
      { name: 'errors', kind: 'errors' },
      { name: 'p95', kind: 'latency' },
      { name: 'sales', kind: 'conversion' },
      { name: 'memory', kind: 'gauge', margin: '50%', required: true },
    ],
    { soak: 0, warmup: '3m', ...other },
  )

/** A metric with data in every slice and without evidence, except for the given fields. */
function metricOf(policy: Policy, name: string, other: Partial<MetricEvidence> = {}): MetricEvidence {
  const own = policy.metrics.find((metric) => metric.name === name)
  if (own === undefined) throw new Error(`expected a metric ${name}`)
  return {
    policy: own,
    judgeableFrom: 0,
    harm: new Float64Array(T),
    rules: [],
    pass: () => new Float64Array(T),
    harmP: () => undefined,
    passP: () => undefined,
    canaryCounts: new Float64Array(T).fill(1),
    stableCounts: new Float64Array(T).fill(1),
    hasCanary: true,
    hasStable: true,
    notes: [],
    numbers: () => ({ canary: {}, stable: {} }),
    minutesToPass: () => undefined,
    minutesToFail: () => undefined,
    ...other,
  }
}

interface MadeDoubts {
  readonly policy?: Policy
  readonly metrics?: Readonly<Record<string, Partial<MetricEvidence>>>
  readonly other?: Partial<RunEvidence>
  readonly look?: Partial<Decided>
  readonly sliceSeconds?: number
}

/** The reasons against a pass at slice 5 of a rollout with these metrics. */
export function found(made: MadeDoubts): readonly Uncertainty[] {
  const policy = made.policy ?? four()
  const recording = { ...handMade({ history: 0, slices: T }), sliceSeconds: made.sliceSeconds ?? 60 }
  const run: RunEvidence = {
    recording,
    policy,
    plan: rolloutPlan(recording, T),
    metrics: Object.entries(made.metrics ?? {}).map(([name, other]) => metricOf(policy, name, other)),
    obstacles: [],
    components: [],
    gateWeights: new Map(),
    ...made.other,
  }
  const look: Decided = {
    t: 5,
    judged: 'inconclusive',
    verdict: 'inconclusive',
    logHarm: 0,
    logThreshold: 3,
    atGate: false,
    mature: 3,
    bothFailing: false,
    ...made.look,
  }
  return uncertainties(run, look)
}

/** The name of the metric and this text. */
export const one = (code: ReasonCode, metric: string, text: string, minutes?: number): Uncertainty => ({
  reason: { code, metric, text: `${metric}${text}` },
  ...(minutes === undefined ? {} : { minutes }),
})
