import { describe, expect, test } from 'vitest'
import { countProblems } from '../../../../src/sources/prometheus/counting/count-problems.ts'
import { countIn, podName, readCounts, type Row, series } from './counting-case.ts'
import { startStopwatch } from '../../../support/measures/stopwatch.ts'

const _ = null

/** The sum over the targets of one pod, which have these names. */
function sumOf(targets: Readonly<Record<string, Row>>): {
  readonly sum: Row
  readonly problems: readonly string[]
} {
  const total = Object.entries(targets).map(([container, values]) => series({ container }, values))
  const points = Math.max(...Object.values(targets).map(({ length }) => length))
  const counts = countIn([points], { total })
  const problems = countProblems(counts, points, 'm').map(({ code }) => code)
  return { sum: readCounts(counts, points - 1)[0]?.total ?? [], problems }
}

describe('duplicateTargets', () => {
  test.each<[string, Row, Row, Row, boolean]>([
    ['the same', [0, 150, 300], [0, 150, 300], [150, 150], true],
    ['within 2 % in what they show', [1000, 1050, 1100], [1010, 1061, 1112], [50, 50], true],
    ['within 2 % in what they counted', [9000, 9500, 9999], [0, 498, 1002], [500, 499], true],
    ['further apart', [0, 500, 1000], [0, 520, 1040], [1020, 1020], false],
    ['few events', [0, 10, 20], [0, 10, 20], [20, 20], false],
    ['enough events in the end', [0, 60, 120, 180], [0, 60, 120, 180], [120, 60, 60], true],
    ['there in turn', [0, 500, _, _], [_, _, 9000, 9500], [500, _, 500], false],
  ])('duplicateTargets() of two that are %s', (__, a, b, expected, told) => {
    const { sum, problems } = sumOf({ a, b })
    expect(sum).toEqual(expected)
    expect(problems.includes('duplicate-target')).toBe(told)
  })

  test('duplicateTargets() keeps the one with the most samples, else the first by key', () => {
    expect(sumOf({ a: [_, 1000, 1100, 1200], b: [900, 1001, 1102, 1203] }).sum).toEqual([101, 101, 101])
    expect(sumOf({ b: [900, 1001, 1102], a: [900, 1000, 1100] }).sum).toEqual([100, 100])
  })

  test('duplicateTargets() counts the other one on where the one that was counted is gone', () => {
    expect(sumOf({ a: [0, 200, 400, _, _], b: [0, 201, 402, 603, 804] }).sum).toEqual([200, 200, 201, 201])
  })

  test('duplicateTargets() of three, two of which are one', () => {
    const { sum } = sumOf({ a: [0, 200, 400], b: [0, 300, 600], c: [0, 200, 400] })
    expect(sum).toEqual([500, 500])
  })

  test('duplicateTargets() of few events among many goes by what they show', () => {
    const { sum } = sumOf({ a: [5000, 5005, 5010], b: [0, 300, 600], c: [5001, 5006, 5011] })
    expect(sum).toEqual([305, 305])
  })

  test('duplicateTargets() of 10,000 targets in one pod takes a second', () => {
    const containers = Array.from({ length: 10_000 }, (__, i) => `c${i}`)
    const minutes = Array.from({ length: 21 }, (__, j) => j)
    const total = containers.map((container, i) =>
      series(
        { container },
        minutes.map((j) => j * (100 + ((i * 7919) % 50_000))),
      ),
    )
    const watch = startStopwatch()
    const counts = countIn([11, 21], { total })
    const tookMs = watch.elapsedMs()
    expect(counts.shared.map(({ length }) => length)).toEqual([10_000])
    expect(countProblems(counts, 20, 'm').map(({ text }) => text)).toEqual([
      `m: scraped twice, counted once: ${podName(0)}`,
    ])
    expect(tookMs).toBeLessThan(3000)
  })
})
