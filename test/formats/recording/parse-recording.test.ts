import { describe, expect, it } from 'vitest'
import { parseRecording } from '../../../src/formats/recording/parse-recording.ts'
import { recordingDigest } from '../../support/measures/recording-digest.ts'
import { recordingToJson } from '../../../src/formats/recording/recording-to-json.ts'
import { mistakesOf, plainRecording } from '../recordings.ts'

type Plain = ReturnType<typeof plainRecording>

/** A 3-pod, 4-slice recording with one change. */
const changed = (change: object): Plain => ({ ...plainRecording(), ...change })
const withMetrics = (metrics: object): Plain => changed({ metrics })
const three = <T>(row: T): T[] => [row, row, row]
const errors = (bad: unknown, total: unknown = three([9, 9, 9, 9])): Plain =>
  withMetrics({ errors: { kind: 'errors', bad, total } })

describe('parseRecording', () => {
  it('parseRecording(recording) uses the arrays of the input, uncopied', () => {
    const bad = three([1, null, 0, 2])
    const { metrics } = parseRecording(errors(bad))
    const data = metrics['errors']
    expect(data?.kind === 'errors' && data.bad[1]).toBe(bad[1])
  })

  it('parseRecording(recording) reads "NaN", "+Inf" and "-Inf" and leaves the input as it is', () => {
    const row = ['NaN', '+Inf', '-Inf', null]
    const { metrics } = parseRecording(errors([row, null, [0, 0, 0, 0]]))
    const data = metrics['errors']
    expect(data?.kind === 'errors' && data.bad).toEqual([
      [NaN, Infinity, -Infinity, null],
      null,
      [0, 0, 0, 0],
    ])
    expect(row[0]).toBe('NaN')
  })

  it('parseRecording(recording) leaves negative, fractional and impossible counts to the engine', () => {
    expect(mistakesOf(() => parseRecording(errors(three([-1, 0.5, 99, 1e300]))))).toEqual([])
  })

  it('parseRecording(recording) takes steps planned beyond the data, or cut short by an early pass', () => {
    const steps = [
      { slice: 2, ends: 12, weight: 5, next: 25 },
      { slice: 3, ends: 13, weight: 25 },
    ]
    expect(mistakesOf(() => parseRecording(changed({ steps })))).toEqual([])
  })

  it('parseRecording(recording) takes rows for aggregates and null for the pods', () => {
    const pods = [
      { name: 'a', arm: 'canary', aggregate: true },
      { name: 'b', arm: 'stable', aggregate: true },
      { name: 'c', arm: 'stable' },
    ]
    const bad = [[1, 2, 3, 4], [1, 2, 3, 4], null]
    expect(parseRecording({ ...errors(bad), pods }).pods[0]).toEqual(pods[0])
  })

  it.each([
    [
      'a row of samples too long',
      errors(three([1, 2, 3, 4, 5])),
      'metrics.errors.bad[0]: expected 4 samples, one for each slice, got 5',
    ],
    [
      'a row too few',
      errors([[1, 2, 3, 4]]),
      'metrics.errors.bad: expected 3 rows, one for each of the pods, got 1',
    ],
    [
      'a row that is a map',
      errors([[1, 2, 3, 4], {}, null]),
      'metrics.errors.bad[1]: expected a list of 4 samples, got a map',
    ],
    [
      'no matrix',
      errors(undefined),
      'metrics.errors.bad: expected a list of 3 rows, one for each of the pods, got nothing',
    ],
    [
      'a matrix that is not there',
      changed({ metrics: { errors: { kind: 'errors', bad: three([1, 2, 3, 4]) } } }),
      'metrics.errors.total: expected a value, got nothing',
    ],
    [
      'a sample of text',
      errors([null, null, [1, 2, 3, 'Inf']]),
      'metrics.errors.bad[2][3]: expected a number, null, "NaN", "+Inf" or "-Inf", got "Inf"',
    ],
    [
      'a hole in a row',
      errors([Object.assign([], { 3: 1 }), null, null]),
      'metrics.errors.bad[0][0]: expected a number, null, "NaN", "+Inf" or "-Inf", got nothing',
    ],
    ['no map', [], ': expected a map, got an empty list'],
    [
      'an old format',
      changed({ format: 'canary-judge/recording/0' }),
      'format: expected canary-judge/recording/1, got "canary-judge/recording/0"',
    ],
    ['an unknown key', changed({ slicess: 1 }), 'slicess: unknown key "slicess", did you mean slices?'],
    [
      'a start without a zone',
      changed({ start: '2026-11-20T10:00:00' }),
      'start: expected a time such as 2026-11-20T10:00:00Z, got "2026-11-20T10:00:00"',
    ],
    ['a slice of no length', changed({ sliceSeconds: 0 }), 'sliceSeconds: expected above 0, got 0'],
    ['a fractional count of slices', changed({ slices: 2.5 }), 'slices: expected a whole number, got 2.5'],
    ['too many slices', changed({ slices: 30_000 }), 'slices: expected at most 20000, got 30000'],
    [
      'a start of the rollout after the end',
      changed({ rolloutStart: 5, steps: [] }),
      'rolloutStart: expected at most slices (4), got 5',
    ],
    [
      'a weight above 100',
      changed({ steps: [{ slice: 2, ends: 4, weight: 101 }] }),
      'steps[0].weight: expected at most 100, got 101',
    ],
    [
      'a step before the rollout',
      changed({ steps: [{ slice: 1, ends: 4, weight: 5 }] }),
      'steps[0].slice: expected at least 2, rolloutStart, got 1',
    ],
    [
      'a step in the future',
      changed({ steps: [{ slice: 5, ends: 9, weight: 5 }] }),
      'steps[0].slice: expected at most slices (4), got 5',
    ],
    [
      'a step that ends first',
      changed({ steps: [{ slice: 3, ends: 3, weight: 5 }] }),
      'steps[0].ends: expected more than slice (3), got 3',
    ],
    [
      'steps out of order',
      changed({
        steps: [
          { slice: 3, ends: 4, weight: 5 },
          { slice: 3, ends: 5, weight: 9 },
        ],
      }),
      'steps[1].slice: expected at least 4, after the step before, got 3',
    ],
    [
      'two pods of a name',
      changed({ pods: three({ name: 'a', arm: 'stable' }).slice(0, 2), metrics: {} }),
      'pods[1].name: expected a name of its own, got that of pods[0]',
    ],
    [
      'two aggregates of an arm',
      changed({
        pods: [
          { name: 'a', arm: 'stable', aggregate: true },
          { name: 'b', arm: 'stable', aggregate: true },
        ],
        metrics: {},
      }),
      'pods[1].aggregate: expected one aggregate for stable, got one at pods[0] already',
    ],
    [
      'a third arm',
      changed({ pods: [{ name: 'a', arm: 'canry' }] }),
      'pods[0].arm: expected one of canary, stable, got "canry", did you mean canary?',
    ],
    [
      'an unknown key of a pod',
      changed({ pods: [{ name: 'a', arm: 'canary', agregate: true }] }),
      'pods[0].agregate: unknown key "agregate", did you mean aggregate?',
    ],
    [
      'an unknown key of a metric',
      withMetrics({ a: { kind: 'gauge', value: [], total: [] } }),
      'metrics.a.total: unknown key "total", expected one of kind, value',
    ],
    [
      'an unknown kind',
      withMetrics({ a: { kind: 'histogram' } }),
      'metrics.a.kind: expected one of errors, latency, conversion, gauge, restarts, series, got "histogram"',
    ],
    [
      'a reserved name',
      withMetrics({ constructor: { kind: 'gauge', value: three(null) } }),
      'metrics.constructor: expected another name, this one is reserved',
    ],
    [
      'a prototype key',
      withMetrics(JSON.parse('{"__proto__": {"kind": "gauge", "value": []}}')),
      'metrics.__proto__: expected another name, this one is reserved',
    ],
    [
      'a name of other letters',
      withMetrics({ 'a b': { kind: 'gauge', value: three(null) } }),
      'metrics["a b"]: expected a name such as errors or p95, got "a b"',
    ],
    [
      'a problem of an unknown code',
      changed({ problems: [{ code: 'gapp', text: '' }] }),
      'problems[0].code: expected one of source-down, source-timeout, source-refused, source-partial, source-invalid, source-too-large, no-canary-series, no-stable-series, duplicate-target, counter-reset, gap, clock-skew, late-samples, coarse-scrape, mixed-series, got "gapp", did you mean gap?',
    ],
  ])('parseRecording(recording) refuses %s', (_what, recording, mistake) => {
    expect(mistakesOf(() => parseRecording(recording))).toContain(mistake)
  })

  const latency = (change: object): Plain =>
    withMetrics({
      p95: {
        kind: 'latency',
        bounds: [0.1, 0.5],
        above: three([
          [1, 1, 1, 1],
          [0, 0, 0, 0],
        ]),
        total: three([2, 2, 2, 2]),
        ...change,
      },
    })

  it.each([
    [
      'bounds that do not ascend',
      { bounds: [0.5, 0.5] },
      'metrics.p95.bounds[1]: expected more than the bound before (0.5), got 0.5',
    ],
    ['a bound of zero', { bounds: [0, 0.5] }, 'metrics.p95.bounds[0]: expected above 0, got 0'],
    [
      'a bound without counts',
      { above: [[[1, 1, 1, 1]], null, null] },
      'metrics.p95.above[0]: expected 2 rows, one for each of the bounds, got 1',
    ],
    [
      'null for one bound of a pod',
      { above: [[[1, 1, 1, 1], null], null, null] },
      'metrics.p95.above[0][1]: expected a list of 4 samples, got null',
    ],
    [
      'a sample that is a map',
      {
        above: [
          null,
          [
            [1, 1, 1, 1],
            [1, {}, 1, 1],
          ],
          null,
        ],
      },
      'metrics.p95.above[1][1][1]: expected a number, null, "NaN", "+Inf" or "-Inf", got a map',
    ],
    [
      'a shape that does not ascend',
      { shape: { bounds: [2, 1], above: [1, 1], total: 2 } },
      'metrics.p95.shape.bounds[1]: expected more than the bound before (2), got 1',
    ],
    [
      'a shape without its counts',
      { shape: { bounds: [1, 2], above: [1], total: 2 } },
      'metrics.p95.shape.above: expected 2 numbers, one for each of the bounds, got 1',
    ],
    [
      'an unknown key of the shape',
      { shape: { bounds: [1], above: [1], totl: 2 } },
      'metrics.p95.shape.totl: unknown key "totl", did you mean total?',
    ],
  ])('parseRecording(latency) refuses %s', (_what, change, mistake) => {
    expect(mistakesOf(() => parseRecording(latency(change)))).toContain(mistake)
  })

  it('parseRecording(latency) takes buckets and the shape of history', () => {
    expect(
      mistakesOf(() => parseRecording(latency({ shape: { bounds: [1, 2], above: [5, 1], total: 7 } }))),
    ).toEqual([])
  })

  it('parseRecording(recording) refuses more samples than fit into memory before reading them', () => {
    const pods = Array.from({ length: 5000 }, (_, index) => ({ name: `p${index}`, arm: 'stable' }))
    const huge = { ...errors([]), pods, slices: 20_000 }
    const mistakes = [': expected at most 20000000 samples, got pods × slices × rows = 200000000']
    expect(mistakesOf(() => parseRecording(huge))).toEqual(mistakes)
  })

  it('parseRecording(recording) refuses more than 50 metrics', () => {
    const metrics = Object.fromEntries(
      Array.from({ length: 51 }, (_, index) => [`m${index}`, { kind: 'gauge', value: three(null) }]),
    )
    expect(mistakesOf(() => parseRecording(withMetrics(metrics)))).toEqual([
      'metrics: expected at most 50 metrics, got 51',
    ])
  })

  it('parseRecording(recording) names 20 mistakes and counts the rest', () => {
    const mistakes = mistakesOf(() =>
      parseRecording(errors(three(['', '', '', '']), three([true, true, true, true]))),
    )
    expect(mistakes).toHaveLength(21)
    expect(mistakes.at(-1)).toBe(': and 4 more')
  })
})

describe('recordingToJson', () => {
  it('recordingToJson(recording) is what parseRecording reads, for every kind and special number', () => {
    const special = ['NaN', '+Inf', '-Inf', null]
    const plain = changed({
      metrics: {
        errors: { kind: 'errors', bad: [special, null, special], total: three([1, 2, 3, 4]) },
        conversion: { kind: 'conversion', good: three(special), total: three(special) },
        p95: { kind: 'latency', bounds: [1], above: [[special], null, [special]], total: three(special) },
        memory: { kind: 'gauge', value: three(special) },
      },
    })
    expect(recordingToJson(parseRecording(plain))).toEqual(plain)
  })
})

describe('recordingDigest', () => {
  const digest = (plain: unknown): string => recordingDigest(parseRecording(plain))

  it('recordingDigest(recording) does not depend on the order of keys or metrics', () => {
    const plain = plainRecording()
    const entries = Object.entries(plain['metrics'] ?? {}).toReversed()
    const other = {
      metrics: Object.fromEntries(entries),
      ...Object.fromEntries(Object.entries(plain).toReversed()),
    }
    expect(digest({ ...other, metrics: Object.fromEntries(entries) })).toBe(digest(plain))
  })

  it('recordingDigest(recording) distinguishes null, NaN, 0 and infinities, but not 0 and −0', () => {
    const digests = [null, 'NaN', 0, '+Inf', '-Inf', 1].map((sample) =>
      digest(errors(three([sample, 1, 1, 1]))),
    )
    expect(new Set(digests).size).toBe(6)
    expect(digest(errors(three([-0, 1, 1, 1])))).toBe(digests[2])
  })

  it('recordingDigest(recording) distinguishes a row of nulls from no row, and one metric from another', () => {
    const nulls = [null, null, null, null]
    expect(digest(errors([nulls, nulls, nulls]))).not.toBe(digest(errors([null, nulls, nulls])))
    expect(digest(errors([null, nulls, nulls]))).not.toBe(digest(errors([nulls, null, nulls])))
  })

  it('recordingDigest(recording) survives JSON', () => {
    const recording = parseRecording(plainRecording())
    expect(digest(JSON.parse(JSON.stringify(recordingToJson(recording))))).toBe(recordingDigest(recording))
  })
})
