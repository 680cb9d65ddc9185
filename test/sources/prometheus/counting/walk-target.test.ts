import { array, assert, constantFrom, integer, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countProblems } from '../../../../src/sources/prometheus/counting/count-problems.ts'
import { countIn, podName, readCounts, type Row, series } from './counting-case.ts'

const _ = null

interface Counters {
  readonly total: Row
  readonly part: Row
}

interface Counted {
  readonly totals: readonly Row[]
  readonly parts: readonly Row[]
  readonly problems: readonly string[]
}

const target = (total: Row, part: Row = []): Counters => ({ total, part })

/** The series of different pods, in this order. */
function counted(...targets: readonly Counters[]): Counted {
  const points = Math.max(0, ...targets.map(({ total }) => total.length))
  const counts = countIn([points], {
    total: targets.map(({ total }, i) => series({ pod: podName(i) }, total)),
    part: targets.map(({ part }, i) => series({ pod: podName(i) }, part)),
  })
  const rows = readCounts(counts, Math.max(points - 1, 0))
  return {
    totals: rows.map(({ total }) => total),
    parts: rows.map(({ parts: [part = []] }) => part),
    problems: countProblems(counts, points, 'm').map(({ code, text }) => `${code}: ${text}`),
  }
}

const steady = target([100, 110, 120, 130, 140, 150])
const reset = (pod: number): string =>
  `counter-reset: m: counters began anew, as after a restart: ${podName(pod)}`
const jump = (pod: number): string =>
  `counter-reset: m: counters jumped, what they jumped by is left out: ${podName(pod)}`

describe('walkTarget', () => {
  test('walkTarget() differences, and takes the first boundary as the baseline', () => {
    const { totals, parts, problems } = counted(target([1000, 1010, 1010, 1025], [3, 3, 4, 9]))
    expect([totals, parts, problems]).toEqual([[[10, 0, 15]], [[0, 1, 5]], []])
  })

  test('walkTarget() counts a series that appears from zero', () => {
    expect(counted(target([100, 110, 120, 130], [_, _, 4, 7])).parts).toEqual([[0, 4, 3]])
  })

  test('walkTarget() takes a drop for a reset: all its counters begin at zero', () => {
    const { totals, parts, problems } = counted(target([1000, 1010, 7, 17], [3, 3, 4, 4]))
    expect([totals, parts, problems]).toEqual([[[10, 7, 10]], [[0, 4, 0]], [reset(0)]])
  })

  test('walkTarget() counts a newborn from zero while others were there', () => {
    const { totals, parts } = counted(steady, target([_, _, _, 8, 20, 21], [_, _, _, 2, 2, 2]))
    expect([totals[1], parts[1]]).toEqual([
      [_, _, 8, 12, 1],
      [_, _, 2, 0, 0],
    ])
  })

  test('walkTarget() does not count the lifetime of an old target that is newly scraped', () => {
    const old = target([_, _, _, 1_000_000, 1_000_010, 1_000_020], [_, _, _, 9, 9, 9])
    const { totals, parts, problems } = counted(steady, old)
    expect([totals[1], parts[1]]).toEqual([
      [_, _, _, 10, 10],
      [_, _, _, 0, 0],
    ])
    expect(problems).toEqual([jump(1)])
  })

  test('walkTarget() ends with a death, and does not take it for a reset of the others', () => {
    const { totals, problems } = counted(steady, target([1_000_000, 1_000_010, _, _, _, _]))
    expect(totals).toEqual([
      [10, 10, 10, 10, 10],
      [10, _, _, _, _],
    ])
    expect(problems).toEqual([])
  })

  test('walkTarget() takes a gap of all for an outage: nothing is born after it', () => {
    expect(counted(target([100, _, _, 130]), target([_, _, _, 5000])).totals).toEqual([
      [_, _, 30],
      [_, _, _],
    ])
  })

  test('walkTarget() takes nothing for new in the slice in which the data begin, or go on after an outage', () => {
    const old = target([_, _, 5000, 5010, 5020])
    const { totals } = counted(target([_, 100, 110, 120, 130]), old, target([_, _, _, 7, 9]))
    expect(totals).toEqual([
      [_, 10, 10, 10],
      [_, _, 10, 10],
      [_, _, 7, 2],
    ])
    const after = counted(target([100, _, _, 130, 140, 150]), target([_, _, _, _, 5000, 5010]))
    expect(after.totals[1]).toEqual([_, _, _, _, 10])
  })

  test('walkTarget() gives an increment across a gap of five minutes to the slice after it', () => {
    const { totals, parts, problems } = counted(
      target([100, _, _, _, _, _, 160, 170], [1, _, _, _, _, _, 2, 2]),
    )
    expect([totals, parts, problems]).toEqual([[[_, _, _, _, _, 60, 10]], [[_, _, _, _, _, 1, 0]], []])
  })

  test('walkTarget() leaves out and names an increment across a longer gap', () => {
    const { totals, problems } = counted(target([100, _, _, _, _, _, _, 160, 170]))
    expect(totals).toEqual([[_, _, _, _, _, _, _, 10]])
    expect(problems).toEqual([
      `gap: m: away for over 5 minutes, what was counted meanwhile is left out: ${podName(0)}`,
    ])
  })

  test('walkTarget() does not take the loss of one series in a sum for a restart', () => {
    const { totals, problems } = counted(target([1_000_000, 1_000_010, 900_000, 900_010]))
    expect([totals, problems]).toEqual([[[10, _, 10]], [jump(0)]])
  })

  test('walkTarget() never counts more of a part that drops alone than of the whole', () => {
    expect(counted(target([100, 110, 120], [50, 52, 40])).parts).toEqual([[2, 10]])
  })

  test('walkTarget() hands NaN and infinities on and goes on after them', () => {
    expect(counted(target([Number.NaN, Number.NaN, 10, Infinity, 25])).totals).toEqual([
      [Number.NaN, _, Infinity, 15],
    ])
  })

  test('walkTarget() of no targets, or of one sample, counts nothing', () => {
    expect(counted().totals).toEqual([])
    expect(counted(target([])).totals).toEqual([])
    expect(counted(target([_, 5])).totals).toEqual([[_]])
  })

  test('walkTarget() takes the events of a target without requests by themselves, until it has some', () => {
    const alone = target([_, _, _, _, 8, 20], [7, 9, 12, 12, 13, 15])
    const { totals, parts } = counted(steady, alone)
    expect([totals[1], parts[1]]).toEqual([
      [0, 0, 0, 8, 12],
      [2, 3, 0, 1, 2],
    ])
    const old = counted(steady, target([_, _, _, _, 8_000_000, 8_000_020], [7, 9, 12, 12, 13, 15]))
    expect([old.totals[1], old.problems]).toEqual([[0, 0, 0, _, 20], [jump(1)]])
  })

  const life = record({
    events: array(integer({ min: 0, max: 50 }), { minLength: 12, maxLength: 12 }),
    born: integer({ min: 0, max: 8 }),
    dies: constantFrom(20, 20, 10),
    start: integer({ min: 0, max: 1000 }),
  })

  test('walkTarget() recovers every event of targets that are born and die while one stays', () => {
    const anchor = target(Array.from({ length: 12 }, (__, j) => 500 * j))
    const property_ = property(array(life, { maxLength: 6 }), (lives) => {
      const rows = lives.map(({ events, born, dies, start }) => {
        // a series that exists from the start has an earlier count, any other has none
        let value = born === 0 ? start : 0
        return events.map((count, j) => {
          if (j < born || j >= dies) return null
          return (value += count)
        })
      })
      const { totals } = counted(anchor, ...rows.map((row) => target(row)))
      lives.forEach(({ events, born, dies }, i) => {
        const expected = events.slice(1).map((count, k) => (k + 1 < born || k + 1 >= dies ? null : count))
        expect(totals[i + 1]).toEqual(expected)
      })
    })
    assert(property_)
  })

  test('walkTarget() never gives a negative count, whatever the counters do', () => {
    const sample = constantFrom(null, 0, 1, 5, 100, 90, 1_000_000, 999_999)
    const row = array(sample, { minLength: 8, maxLength: 8 })
    assert(
      property(array(record({ total: row, part: row }), { maxLength: 4 }), (rows) => {
        const { totals, parts } = counted(...rows)
        expect([...totals, ...parts].flat().every((value) => value === null || value >= 0)).toBe(true)
      }),
    )
  })
})
