import { array, assert, constantFrom, integer, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Counted,
  countTargets,
  type TargetCounters,
  type TargetCounts,
} from '../../src/prometheus/counters.ts'
import { duplicateTargets } from '../../src/prometheus/duplicate-targets.ts'

type Row = readonly (number | null)[]
const _ = null

const target = (key: string, total: Row, ...parts: readonly Row[]): TargetCounters => ({ key, total, parts })
const counted = (...targets: readonly TargetCounters[]): Counted => countTargets(targets, 60)
const totals = (result: Counted): readonly Row[] => result.targets.map(({ total }) => total)
const partsOf = (result: Counted, index = 0): readonly Row[] => result.targets[index]?.parts ?? []

const steady = target('steady', [100, 110, 120, 130, 140, 150])

describe('countTargets', () => {
  test('countTargets() differences, and takes the first boundary as the baseline', () => {
    const result = counted(target('a', [1000, 1010, 1010, 1025], [3, 3, 4, 9]))
    expect(totals(result)).toEqual([[10, 0, 15]])
    expect(partsOf(result)).toEqual([[0, 1, 5]])
  })

  test('countTargets() counts a series that appears from zero', () => {
    const result = counted(target('a', [100, 110, 120, 130], [_, _, 4, 7]))
    expect(partsOf(result)).toEqual([[0, 4, 3]])
  })

  test('countTargets() takes a drop for a reset: all its counters begin at zero', () => {
    const result = counted(target('a', [1000, 1010, 7, 17], [3, 3, 4, 4]))
    expect(totals(result)).toEqual([[10, 7, 10]])
    expect(partsOf(result)).toEqual([[0, 4, 0]])
    expect(result.resets).toEqual(['a'])
  })

  test('countTargets() counts a newborn from zero while others were there', () => {
    const result = counted(steady, target('new', [_, _, _, 8, 20, 21], [_, _, _, 2, 2, 2]))
    expect(totals(result)[1]).toEqual([_, _, 8, 12, 1])
    expect(partsOf(result, 1)).toEqual([[_, _, 2, 0, 0]])
  })

  test('countTargets() does not count the lifetime of an old target that is newly scraped', () => {
    const result = counted(
      steady,
      target('old', [_, _, _, 1_000_000, 1_000_010, 1_000_020], [_, _, _, 9, 9, 9]),
    )
    expect(totals(result)[1]).toEqual([_, _, _, 10, 10])
    expect(partsOf(result, 1)).toEqual([[_, _, _, 0, 0]])
    expect(result.jumps).toEqual(['old'])
  })

  test('countTargets() ends with a death, and does not take it for a reset of the others', () => {
    const result = counted(steady, target('dies', [1_000_000, 1_000_010, _, _, _, _]))
    expect(totals(result)).toEqual([
      [10, 10, 10, 10, 10],
      [10, _, _, _, _],
    ])
    expect(result.resets).toEqual([])
  })

  test('countTargets() takes a gap of all for an outage: nothing is born after it', () => {
    const result = counted(target('a', [100, _, _, 130]), target('b', [_, _, _, 5000]))
    expect(totals(result)).toEqual([
      [_, _, 30],
      [_, _, _],
    ])
  })

  test('countTargets() gives an increment across a gap of five minutes to the slice after it', () => {
    const result = counted(target('a', [100, _, _, _, _, _, 160, 170], [1, _, _, _, _, _, 2, 2]))
    expect(totals(result)).toEqual([[_, _, _, _, _, 60, 10]])
    expect(partsOf(result)).toEqual([[_, _, _, _, _, 1, 0]])
    expect(result.gaps).toEqual([])
  })

  test('countTargets() leaves out and names an increment across a longer gap', () => {
    const result = counted(target('a', [100, _, _, _, _, _, _, 160, 170]))
    expect(totals(result)).toEqual([[_, _, _, _, _, _, _, 10]])
    expect(result.gaps).toEqual(['a'])
  })

  test('countTargets() does not take the loss of one series in a sum for a restart', () => {
    const result = counted(target('a', [1_000_000, 1_000_010, 900_000, 900_010]))
    expect(totals(result)).toEqual([[10, _, 10]])
    expect([result.jumps, result.resets]).toEqual([['a'], []])
  })

  test('countTargets() never counts more of a part that drops alone than of the whole', () => {
    expect(partsOf(counted(target('a', [100, 110, 120], [50, 52, 40])))).toEqual([[2, 10]])
  })

  test('countTargets() hands NaN and infinities on and goes on after them', () => {
    const result = counted(target('a', [Number.NaN, Number.NaN, 10, Infinity, 25]))
    expect(totals(result)).toEqual([[Number.NaN, _, Infinity, 15]])
  })

  test('countTargets([]) and targets without samples give nothing', () => {
    expect(counted().targets).toEqual([])
    expect(totals(counted(target('a', [])))).toEqual([[]])
    expect(totals(counted(target('a', [_, _])))).toEqual([[_]])
  })

  const life = record({
    events: array(integer({ min: 0, max: 50 }), { minLength: 12, maxLength: 12 }),
    born: integer({ min: 0, max: 8 }),
    dies: constantFrom(20, 20, 10),
    start: integer({ min: 0, max: 1000 }),
  })

  test('countTargets() recovers every event of targets that are born and die while one stays', () => {
    const property_ = property(array(life, { maxLength: 6 }), (lives) => {
      const rows = lives.map(({ events, born, dies, start }) => {
        // one that is there from the start has a past, any other has none
        let value = born === 0 ? start : 0
        return events.map((count, j) => {
          if (j < born || j >= dies) return null
          return (value += count)
        })
      })
      const result = counted(
        target(
          'anchor',
          Array.from({ length: 12 }, (__, j) => 500 * j),
        ),
        ...rows.map((row, i) => target(`t${i}`, row)),
      )
      lives.forEach(({ events, born, dies }, i) => {
        const expected = events.slice(1).map((count, k) => (k + 1 < born || k + 1 >= dies ? null : count))
        expect(result.targets[i + 1]?.total).toEqual(expected)
      })
    })
    assert(property_)
  })

  test('countTargets() never gives a negative count, whatever the counters do', () => {
    const sample = constantFrom(null, 0, 1, 5, 100, 90, 1_000_000, 999_999)
    const row = array(sample, { minLength: 8, maxLength: 8 })
    assert(
      property(array(record({ total: row, part: row }), { maxLength: 4 }), (rows) => {
        const result = counted(...rows.map(({ total, part }, i) => target(`t${i}`, total, part)))
        for (const { total, parts } of result.targets) {
          expect([...total, ...parts.flat()].every((value) => value === null || value >= 0)).toBe(true)
        }
      }),
    )
  })
})

describe('duplicateTargets', () => {
  const counts = (key: string, total: Row): TargetCounts => ({ key, total, parts: [] })

  test.each<[string, Row, Row, boolean]>([
    ['the same', [50, 60, 70], [50, 60, 70], true],
    ['within 2 %', [500, 600, 700], [510, 600, 710], true],
    ['further apart', [500, 600, 700], [520, 620, 730], false],
    ['few events', [1, 2, 3], [1, 2, 3], false],
    ['no common slice', [500, null, null], [null, 500, 500], false],
  ])('duplicateTargets() of two that are %s', (__, a, b, expected) => {
    expect(duplicateTargets([counts('a', a), counts('b', b)]).size).toBe(expected ? 1 : 0)
  })

  test('duplicateTargets() keeps the one with more samples, else the first by key', () => {
    expect([...duplicateTargets([counts('a', [null, 100, 100]), counts('b', [100, 100, 100])])]).toEqual([
      'a',
    ])
    expect([...duplicateTargets([counts('b', [100, 100]), counts('a', [100, 100])])]).toEqual(['b'])
  })
})
