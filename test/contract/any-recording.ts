import * as fc from 'fast-check'
import type { MetricData, Pod, PodSeries, Recording, Sample } from '../../src/engine/model/recording.ts'

const sample: fc.Arbitrary<Sample> = fc.oneof(
  fc.constant(null),
  fc.nat(),
  fc.double(),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -0),
)
const text = fc.string({ unit: 'binary' })

const pod: fc.Arbitrary<Pod> = fc.record(
  {
    name: fc.oneof(text, fc.constant('same')),
    arm: fc.constantFrom('canary', 'stable'),
    aggregate: fc.boolean(),
  },
  { requiredKeys: ['name', 'arm'], noNullPrototype: true },
)

const plain = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true })

const metricOf = (pods: number, slices: number): fc.Arbitrary<MetricData> => {
  const full = fc.array(sample, { minLength: slices, maxLength: slices })
  const series: fc.Arbitrary<PodSeries> = fc.option(full)
  const rows = fc.array(series, { minLength: pods, maxLength: pods })
  const number = fc.double()
  const latency = fc.array(number, { maxLength: 3 }).chain((bounds) =>
    plain({
      kind: fc.constant('latency' as const),
      bounds: fc.constant(bounds),
      above: fc.array(fc.option(fc.array(full, { minLength: bounds.length, maxLength: bounds.length })), {
        minLength: pods,
        maxLength: pods,
      }),
      total: rows,
    }),
  )
  return fc.oneof(
    plain({ kind: fc.constant('errors' as const), bad: rows, total: rows }),
    plain({ kind: fc.constant('conversion' as const), good: rows, total: rows }),
    plain({ kind: fc.constant('gauge' as const), value: rows }),
    latency,
  )
}

/** Any recording whose series have the length that it states. */
export const anyRecording: fc.Arbitrary<Recording> = fc
  .tuple(
    fc.array(pod, { maxLength: 4 }),
    fc.oneof(fc.nat(12), fc.nat(150)),
    fc.nat(2_000_000_000),
    fc.nat(99),
  )
  .chain(([pods, slices, start, rolloutStart]) =>
    fc
      .uniqueArray(fc.tuple(fc.oneof(text, fc.constant('__proto__')), metricOf(pods.length, slices)), {
        maxLength: 3,
        selector: ([name]) => name,
      })
      .map((metrics) => ({
        format: 'canary-judge/recording/1' as const,
        sliceSeconds: 1 + (start % 90),
        start: new Date(start * 1000).toISOString(),
        slices,
        rolloutStart,
        pods,
        metrics: Object.fromEntries(metrics),
      })),
  )
