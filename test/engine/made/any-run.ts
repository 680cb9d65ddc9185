import * as fc from 'fast-check'
import type { Policy } from '../../../src/engine/model/policy.ts'
import type { Recording, RecordedStep, Sample } from '../../../src/engine/model/recording.ts'
import { parseRecording } from '../../../src/formats/recording/parse-recording.ts'
import { anyPolicy } from './any-policy.ts'

/** Arbitrary runs. Their shapes are made by hand and their samples from a seed, so that thousands of runs are cheap. */
export interface AnyRun {
  readonly recording: Recording
  readonly policy: Policy
}

type Random = () => number

const hostile: readonly Sample[] = [
  null,
  Number.NaN,
  Infinity,
  -Infinity,
  -1,
  -0,
  0,
  0.5,
  1 / 3,
  1e300,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  1e-9,
  2 ** 53,
]

const shapeOfRun = fc.record({
  seed: fc.nat(),
  history: fc.constantFrom(0, 0, 1, 2, 19, 25, 61, 70),
  rollout: fc.oneof(fc.nat(4), fc.integer({ min: 5, max: 34 })),
  stable: fc.constantFrom(0, 1, 2, 4, 5),
  canary: fc.constantFrom(0, 1, 1, 2, 3),
  byArm: fc.constantFrom('none', 'none', 'none', 'canary', 'stable', 'both', 'extra'),
  sliceSeconds: fc.constantFrom(60, 60, 15, 7.5, 1e-3, 86_400, Number.MIN_VALUE),
  hostility: fc.constantFrom(0, 0, 0.01, 0.2, 1),
  traffic: fc.constantFrom(0, 0.3, 3, 40, 400, 1e6, 1e14, 1e300),
  rate: fc.constantFrom(0, 1e-4, 0.01, 0.2, 0.9, 1),
  harm: fc.constantFrom(0, 0.5, 1, 1, 3, 30, 1e9),
  level: fc.constantFrom('even', 'positive', 'signed', 'turning', 'zero', 'huge', 'tiny'),
  bounds: fc.constantFrom(
    [0.1],
    [0.1, 0.5],
    [Number.MIN_VALUE, 1e-9, 1],
    [0.05, 0.1, 0.25],
    [0.025, 0.05, 0.1, 0.25, 0.5, 1],
    [1e-300, 0.1, 0.2, 1e300, Number.MAX_VALUE],
  ),
  shape: fc.constantFrom('none', 'none', 'zeros', 'falling', 'empty', 'rising', 'huge'),
  missing: fc.nat(15),
  gates: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
})

const weight = fc.oneof(fc.constantFrom(0, 1, 5, 25, 50, 100), fc.double({ min: 0, max: 100, noNaN: true }))
const anySteps = fc.array(
  fc.record({ wait: fc.nat(9), length: fc.oneof(fc.integer({ min: 1, max: 14 }), fc.constant(400)), weight }),
  { maxLength: 4 },
)

type Drawn = typeof shapeOfRun extends fc.Arbitrary<infer T> ? T : never
type RunShape = Omit<Drawn, 'hostility'> & { readonly hostility: number }
type StepShapes = typeof anySteps extends fc.Arbitrary<infer T> ? T : never

export const anyRun: fc.Arbitrary<AnyRun> = fc
  .tuple(shapeOfRun, anySteps, anyPolicy)
  .map(([shape, steps, policy]) => ({ recording: recordingOf(shape, steps), policy }))

function recordingOf(shape: RunShape, stepShapes: StepShapes): Recording {
  const random = mulberry(shape.seed)
  const slices = shape.history + shape.rollout
  const pods = podsOf(shape)
  const all = {
    errors: { kind: 'errors', ...counts(shape, pods, random, 'bad') },
    conversion: { kind: 'conversion', ...counts(shape, pods, random, 'good') },
    p95: latency(shape, pods, random),
    memory: {
      kind: 'gauge',
      value: pods.map((pod) => series(shape, pod, random, (k) => level(shape, k, random))),
    },
    orders: {
      kind: 'series',
      value: pods.map((pod) => series(shape, pod, random, (k) => level(shape, k, random))),
    },
    lag: {
      kind: 'series',
      value: pods.map((pod) => series(shape, pod, random, (k) => level(shape, k, random))),
    },
  }
  const steps = stepsOf(shape, stepShapes)
  return parseRecording({
    format: 'canary-judge/recording/1',
    sliceSeconds: shape.sliceSeconds,
    start: '2026-11-20T10:00:00Z',
    slices,
    rolloutStart: shape.history,
    ...(steps.length === 0 ? {} : { steps }),
    ...(shape.gates === undefined ? {} : { gates: shape.gates }),
    pods,
    metrics: Object.fromEntries(
      Object.entries(all).filter((_, i) => ((shape.missing >> i) & 1) === 0 || i > 1),
    ),
    ...(shape.seed % 7 === 0
      ? { problems: [{ code: 'source-partial', metric: 'absent', text: 'a <long>\ntext '.repeat(60) }] }
      : {}),
  })
}

interface AnyPod {
  readonly name: string
  readonly arm: 'canary' | 'stable'
  readonly aggregate?: boolean
}

function podsOf({ stable, canary, byArm }: RunShape): readonly AnyPod[] {
  const own = (arm: 'canary' | 'stable', count: number): readonly AnyPod[] => {
    if (byArm === arm || byArm === 'both') return [{ name: arm, arm, aggregate: true }]
    return Array.from({ length: count }, (_, j) => ({ name: `${arm}-${j}`, arm }))
  }
  const extra = byArm === 'extra' ? [{ name: 'sum', arm: 'stable' as const, aggregate: true }] : []
  return [...own('stable', stable), ...own('canary', canary), ...extra]
}

function stepsOf({ history, rollout }: RunShape, shapes: StepShapes): readonly RecordedStep[] {
  let slice = history
  return shapes.flatMap(({ wait, length, weight: percent }, index) => {
    slice += index === 0 ? wait : wait + 1
    const next = shapes[index + 1]?.weight
    if (slice > history + rollout) return []
    return [{ slice, ends: slice + length, weight: percent, ...(next === undefined ? {} : { next }) }]
  })
}

function series(
  { history, rollout, hostility }: RunShape,
  pod: AnyPod,
  random: Random,
  cell: (slice: number) => Sample,
): readonly Sample[] | null {
  if (hostility > 0 && random() < 0.1) return null
  const born = pod.arm === 'canary' ? history + Math.floor(random() * 4) : Math.floor(random() * 3)
  return Array.from({ length: history + rollout }, (_, k) => {
    if (random() < hostility) return hostile[Math.floor(random() * hostile.length)] ?? null
    return k < born && hostility < 1 ? null : cell(k)
  })
}

function counts(
  shape: RunShape,
  pods: readonly AnyPod[],
  random: Random,
  events: 'bad' | 'good',
): Readonly<Record<string, unknown>> {
  const total = pods.map((pod) => series(shape, pod, random, () => Math.round(shape.traffic * random())))
  const part = pods.map((pod, j) =>
    series(shape, pod, random, (k) => eventsIn(shape, pod, total[j]?.[k] ?? 0, shape.rate, random)),
  )
  return { total, [events]: part }
}

function eventsIn(shape: RunShape, pod: AnyPod, n: number, rate: number, random: Random): number {
  const bursting = shape.seed % 3 === 0 && random() < 0.03 ? 10 : 1
  const own = Math.min(rate * (pod.arm === 'canary' ? shape.harm : 1) * bursting, 1)
  const mean = Number.isFinite(n) ? n * own : 0
  return Math.min(Math.floor(mean + random()), Math.max(n, 0))
}

function latency(shape: RunShape, pods: readonly AnyPod[], random: Random): object {
  const { bounds } = shape
  const total = pods.map((pod) => series(shape, pod, random, () => Math.round(shape.traffic * random())))
  const above = pods.map((pod, j) =>
    shape.hostility > 0 && random() < 0.1
      ? null
      : bounds.map(
          (_bound, b) =>
            series({ ...shape, hostility: Math.min(shape.hostility, 0.9) }, pod, random, (k) =>
              eventsIn(shape, pod, total[j]?.[k] ?? 0, 0.6 * 0.4 ** b, random),
            ) ?? Array.from({ length: shape.history + shape.rollout }, () => null),
        ),
  )
  const shares = {
    none: undefined,
    zeros: bounds.map(() => 0),
    falling: bounds.map((_, b) => 1000 * 0.5 ** b),
    rising: bounds.map((_, b) => b * 100),
    empty: bounds.map(() => 0),
    huge: bounds.map(() => Number.MAX_VALUE),
  }[shape.shape]
  const whole = shape.shape === 'empty' ? 0 : shape.shape === 'huge' ? Number.MAX_VALUE : 1000
  return {
    kind: 'latency',
    bounds,
    above,
    total,
    ...(shares === undefined ? {} : { shape: { bounds, above: shares, total: whole } }),
  }
}

function level({ level: kind, history, rollout }: RunShape, k: number, random: Random): Sample {
  switch (kind) {
    case 'even':
      return 5
    case 'positive':
      return 1 + random()
    case 'signed':
      return random() - 0.5
    case 'turning':
      return k < history + rollout / 2 ? 1 + random() : Math.floor(3 * random())
    case 'zero':
      return 0
    case 'huge':
      return random() < 0.2 ? 1e308 : random() * 1e300
    case 'tiny':
      return random() < 0.2 ? 0 : random() * 1e-300
    default:
      return kind satisfies never
  }
}

function mulberry(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
