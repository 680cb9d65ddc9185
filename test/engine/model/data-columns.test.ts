import { describe, expect, it } from 'vitest'
import { dataColumns, mapRows, withColumns } from '../../../src/engine/model/data-columns.ts'
import type { MetricData } from '../../../src/engine/model/recording.ts'

/** Two slices of two pods; the second pod does not have the metric. */
const kinds: readonly (readonly [MetricData, readonly (readonly (number | null)[])[]])[] = [
  [
    { kind: 'errors', bad: [[1, null], null], total: [[10, 20], null] },
    [
      [1, null],
      [10, 20],
    ],
  ],
  [
    { kind: 'conversion', good: [[3, 4], null], total: [[30, 40], null] },
    [
      [3, 4],
      [30, 40],
    ],
  ],
  [{ kind: 'gauge', value: [[5, 6], null] }, [[5, 6]]],
  [
    {
      kind: 'latency',
      bounds: [0.1, 0.5],
      above: [
        [
          [7, 8],
          [1, 2],
        ],
        null,
      ],
      total: [[70, 80], null],
    },
    [
      [70, 80],
      [7, 8],
      [1, 2],
    ],
  ],
]

describe.each(kinds)('data columns of %o', (data, rows) => {
  it('dataColumns gives the samples in the order of the store', () => {
    expect(dataColumns(data)).toEqual(rows.map((row) => [row, null]))
  })

  it('withColumns is the opposite of dataColumns', () => {
    expect(withColumns(data, dataColumns(data))).toEqual(data)
  })

  it('mapRows changes each row, and leaves out pods that do not have the metric', () => {
    const cut = mapRows(data, (row) => row.slice(0, 1))
    expect(dataColumns(cut)).toEqual(rows.map((row) => [row.slice(0, 1), null]))
  })
})
