import type { Recording, Sample } from '../../src/engine/model/recording.ts'

/** A recording of `slices` slices with every kind of metric and of sample. Longer ones begin like shorter ones. */
export const sampleRecording = (slices: number, seed = 1): Recording => {
  const value = (pod: number, metric: number, slice: number): Sample => {
    const mixed = Math.imul(seed * 31 + pod * 7 + metric * 13 + slice, 2_654_435_761) >>> 0
    return mixed % 11 === 0 ? null : mixed % 1000
  }
  const series = (pod: number, metric: number, first = 0): readonly Sample[] =>
    Array.from({ length: slices }, (_, slice) => (slice < first ? null : value(pod, metric, slice)))
  const odd = series(0, 9).map((sample, slice) => oddSamples[slice] ?? sample)
  return {
    format: 'canary-judge/recording/1',
    id: 'rec "quoted" \u0000 \ud800 🐤',
    sliceSeconds: 60,
    start: '2026-11-20T10:00:00Z',
    slices,
    rolloutStart: 10,
    gates: 3,
    steps: [
      { slice: 10, ends: 20, weight: 5, next: 25 },
      { slice: 20, ends: 30, weight: 25 },
    ],
    pods: [
      { name: 'web-1', arm: 'stable' },
      { name: 'web-1', arm: 'canary' },
      { name: 'web-1', arm: 'canary' },
      { name: 'all', arm: 'stable', aggregate: true },
    ],
    metrics: {
      errors: {
        kind: 'errors',
        bad: [series(0, 0), series(1, 0, 10), null, null],
        total: [series(0, 1), series(1, 1, 10), series(2, 1, 12), null],
      },
      p95: {
        kind: 'latency',
        bounds: [0.1, 0.25, Infinity],
        above: [
          [series(0, 2), series(0, 3), series(0, 4)],
          null,
          [series(2, 2), series(2, 3), series(2, 4)],
          null,
        ],
        total: [series(0, 5), null, series(2, 5), null],
        shape: { bounds: [0.1, Infinity], above: [5, 0], total: 9 },
      },
      conversion: {
        kind: 'conversion',
        good: [null, null, null, series(3, 6)],
        total: [null, null, null, series(3, 7)],
      },
      ['__proto__']: { kind: 'gauge', value: [odd, null, series(2, 8, slices), series(3, 8)] },
    },
    problems: [
      { code: 'gap', metric: 'errors', text: 'a gap of 5 minutes \u0000' },
      { code: 'clock-skew', text: '' },
    ],
  }
}

const oddSamples: readonly Sample[] = [
  Number.NaN,
  Infinity,
  -Infinity,
  -0,
  null,
  1e-300,
  1.7976931348623157e308,
  0.1 + 0.2,
]
