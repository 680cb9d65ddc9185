import { parsePolicyObject } from '../../../src/formats/policy/parse-policy.ts'
import type { Policy } from '../../../src/engine/model/policy.ts'
import type { Arm, Recording, RecordedStep, Sample } from '../../../src/engine/model/recording.ts'

export interface HandMade {
  readonly history?: number
  readonly slices?: number
  readonly stablePods?: number
  readonly canaryPods?: number
  readonly steps?: readonly RecordedStep[]
  /** The bad requests and the requests of one pod in one slice; null = no sample. */
  readonly cell?: (arm: Arm, pod: number, slice: number) => readonly [Sample, Sample]
}

/** A recording of one metric `errors`, filled cell by cell, for cases that no simulation makes. */
export function handMade(options: HandMade = {}): Recording {
  const { history = 120, slices = 150, stablePods = 4, canaryPods = 1 } = options
  const cell = options.cell ?? (() => [1, 200] as const)
  const pods = [
    ...Array.from({ length: stablePods }, (_, j) => ({ name: `stable-${j}`, arm: 'stable' as const })),
    ...Array.from({ length: canaryPods }, (_, j) => ({ name: `canary-${j}`, arm: 'canary' as const })),
  ]
  const table = pods.map(({ arm }, index) =>
    Array.from({ length: slices }, (_, k) =>
      arm === 'canary' && k < history ? ([null, null] as const) : cell(arm, index, k),
    ),
  )
  return {
    format: 'canary-judge/recording/1',
    sliceSeconds: 60,
    start: '2026-01-05T10:00:00Z',
    slices,
    rolloutStart: history,
    ...(options.steps === undefined ? {} : { steps: options.steps }),
    pods,
    metrics: {
      errors: {
        kind: 'errors',
        bad: table.map((row) => row.map(([bad]) => bad)),
        total: table.map((row) => row.map(([, total]) => total)),
      },
    },
  }
}

/** A policy with these metrics and keys. Everything else has its default, except that a step passes only when it is shown. */
export function policyOf(metrics: readonly object[], other: object = {}): Policy {
  return parsePolicyObject({ name: 'test', pass: 'strict', metrics, ...other }).policy
}

/** The canary may not be worse than stable in errors, latency and conversion, and by a tenth in memory. */
export const strict = policyOf([
  { name: 'errors', kind: 'errors', tolerance: 1 },
  { name: 'p95', kind: 'latency', tolerance: 1 },
  { name: 'conversion', kind: 'conversion', tolerance: 1 },
  { name: 'memory', kind: 'gauge', tolerance: '10%' },
])

export const strictNames = {
  errors: 'errors',
  latency: 'p95',
  conversion: 'conversion',
  memory: 'memory',
} as const

export const onlyErrors = policyOf([{ name: 'errors', kind: 'errors', tolerance: 1 }])

/** The recording as it was after slice `at`, without later slices and steps. */
export function until(recording: Recording, at: number): Recording {
  const cut = <T>(row: readonly T[] | null): readonly T[] | null => row && row.slice(0, at + 1)
  const metrics = Object.fromEntries(
    Object.entries(recording.metrics).map(([name, data]) => {
      switch (data.kind) {
        case 'errors':
          return [name, { ...data, bad: data.bad.map(cut), total: data.total.map(cut) }]
        case 'conversion':
          return [name, { ...data, good: data.good.map(cut), total: data.total.map(cut) }]
        case 'latency': {
          const above = data.above.map((rows) => rows && rows.map((row) => row.slice(0, at + 1)))
          return [name, { ...data, above, total: data.total.map(cut) }]
        }
        case 'gauge':
        case 'series':
          return [name, { ...data, value: data.value.map(cut) }]
        case 'restarts':
          return [name, { ...data, restarts: data.restarts.map(cut) }]
        default:
          return data satisfies never
      }
    }),
  )
  const gates = recording.gates ?? recording.steps?.length
  return {
    ...recording,
    slices: at + 1,
    ...(gates === undefined ? {} : { gates }),
    ...(recording.steps === undefined ? {} : { steps: recording.steps.filter(({ slice }) => slice <= at) }),
    metrics,
  }
}

export const threeSteps: readonly RecordedStep[] = [
  { slice: 120, ends: 130, weight: 5, next: 25 },
  { slice: 130, ends: 140, weight: 25, next: 50 },
  { slice: 140, ends: 150, weight: 50 },
]
