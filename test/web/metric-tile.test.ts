import { describe, expect, test } from 'vitest'
import type { MetricVerdict } from '../../src/engine/model/verdict.ts'
import { metricCells } from '../../src/web/parts/judgement-text.ts'
import { toText } from '../../src/web/parts/html.ts'
import { metricTile } from '../../src/web/parts/metric-tile.ts'

const lag: MetricVerdict = {
  name: 'lag',
  kind: 'series',
  judged: 'inconclusive',
  required: true,
  canary: { value: 1.5 },
  stable: { value: -2.5 },
  difference: { estimate: 4, low: -1, high: 9 },
  harm: 'up',
  evidence: 1,
  tolerance: 5,
  margin: 20,
  reasons: [],
}
const orders: MetricVerdict = {
  ...lag,
  name: 'orders',
  canary: { value: 80 },
  stable: { value: 100 },
  ratio: { estimate: 0.8, low: 0.7, high: 0.9 },
  harm: 'down',
  tolerance: 0.1,
  margin: 0.25,
}

const time = { from: 0, to: 60_000, steps: [], marks: [] }

function htmlOf({ difference, ...metric }: MetricVerdict): string {
  const shown = { ...metric, ...(metric.ratio === undefined && difference && { difference }) }
  const history = [0, 30_000, 60_000].map((at) => ({ at, metric: shown }))
  return toText(metricTile({ metric: shown, history, time }))
}

/** The text and the numbers of the axes of a tile, one word after another. */
function wordsOf(metric: MetricVerdict): string {
  return htmlOf(metric)
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
}

describe('metricTile of a series', () => {
  test('shows a difference in its own unit, with what is below zero', () => {
    const words = wordsOf(lag)
    expect(words).toContain('canary 1.5 against stable -2.5')
    expect(words).toContain('canary − stable')
    expect(words).not.toContain('×')
  })

  test('shows a ratio with the lines on the side of harm', () => {
    const words = wordsOf(orders)
    expect(words).toContain('canary 80 against stable 100')
    expect(words).toContain('canary ÷ stable')
    expect(words).toContain('×')
  })

  test.each([
    ['ratio', orders],
    ['difference', lag],
  ])('draws the tolerance of a %s on the side of harm', (_, metric) => {
    const heightsOf = (harm: 'up' | 'down'): readonly number[] => {
      const drawn = htmlOf({ ...metric, harm })
      return ['fail', 'alike'].map((style) =>
        Number(new RegExp(`class="level-${style}"[^>]*y1="([0-9.]+)"`).exec(drawn)?.[1]),
      )
    }
    const [down = NaN, alikeDown = NaN] = heightsOf('down')
    const [up = NaN, alikeUp = NaN] = heightsOf('up')
    // SVG counts downwards
    expect(down).toBeGreaterThan(alikeDown)
    expect(up).toBeLessThan(alikeUp)
  })
})

test('metricCells writes a difference with its sign', () => {
  expect(metricCells(lag).slice(2, 5)).toEqual(['1.5', '-2.5', '+4 (-1 to +9)'])
})

test('a metric that needs more minutes leads to the page that plans other steps', () => {
  const history = [{ at: 0, metric: orders }]
  const link = '<a href="/plan?policy=web">What other steps would show</a>'
  const tile = (metric: MetricVerdict): string =>
    toText(metricTile({ metric, history, time, plan: '/plan?policy=web' }))
  expect(tile({ ...orders, neededMinutes: 12 })).toContain(link)
  expect(tile(orders)).not.toContain(link)
})

test('the tile of a comparison says which arm is better in this metric', () => {
  expect(wordsOf({ ...orders, winner: 'stable-better' })).toContain('stable better')
  expect(wordsOf(orders)).not.toContain('better')
})
