import { expect, test } from 'vitest'
import { coarseHistogram } from '../../../../src/engine/kinds/latency/coarse-histogram.ts'

const bounds = [0.1, 0.25, 0.5]
const text = 'p95: bucket bounds are too far apart to show it within the margin'

test.each([
  [
    'between the bounds around the quantile',
    [0.2, 0.04, 0.001],
    `${text}, add some between 100 ms and 250 ms`,
  ],
  [
    'between them where one is at the quantile',
    [0.2, 0.05, 0.001],
    `${text}, add some between 100 ms and 250 ms`,
  ],
  ['nothing below the first bound', [0.04, 0.01, 0.001], text],
  ['nothing beyond the last', [0.3, 0.2, 0.1], text],
])('coarseHistogram asks for %s', (_name, shares, expected) => {
  expect(coarseHistogram('p95', { bounds, shares }, 0.95)).toBe(expected)
})
