import { describe, expect, test } from 'vitest'
import type { FetchedData, FetchedRow } from '../../src/judge/ports/ports.ts'
import { assembleRecording } from '../../src/sources/recording/assemble-recording.ts'
import { policyOf } from './prometheus/source-case.ts'

const [metric] = policyOf('pods', '  - {name: lag, kind: gauge, query: lag}').metrics

/** Two slices of a gauge; each row has the values of one series. */
function fetched(
  rows: readonly (Pick<FetchedRow, 'arm' | 'pod'> & { readonly values: readonly number[] })[],
): FetchedData {
  if (metric === undefined) throw new Error('expected a metric')
  const data = Float64Array.from(
    [0, 1].flatMap((slice) => rows.map(({ values }) => values[slice] ?? Number.NaN)),
  )
  const counts = {
    rows: rows.map(({ arm, pod }, place) => ({ arm, pod, place })),
    width: 1,
    slices: 2,
    chunks: [{ slices: 2, rows: rows.length, data }],
  }
  return {
    id: 'run',
    sliceSeconds: 60,
    start: 0,
    rolloutStart: 0,
    slices: 2,
    metrics: [{ metric, counts, parts: [], bounds: [], problems: [] }],
    problems: [],
  }
}

describe('assembleRecording', () => {
  test('a pod that serves both arms is one pod in each', () => {
    const { pods, metrics } = assembleRecording(
      fetched([
        { arm: 'canary', pod: 'web-1', values: [1, 2] },
        { arm: 'stable', pod: 'web-1', values: [3, 4] },
        { arm: 'stable', pod: 'web-2', values: [5, 6] },
      ]),
    )
    expect(pods).toEqual([
      { name: 'web-1 stable', arm: 'stable' },
      { name: 'web-2', arm: 'stable' },
      { name: 'web-1 canary', arm: 'canary' },
    ])
    expect(metrics['lag']).toEqual({
      kind: 'gauge',
      value: [
        [3, 4],
        [5, 6],
        [1, 2],
      ],
    })
  })
})
