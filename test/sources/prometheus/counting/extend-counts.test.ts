import { describe, expect, test } from 'vitest'
import { countProblems } from '../../../../src/sources/prometheus/counting/count-problems.ts'
import { type Counts, countsBytes, emptyCounts } from '../../../../src/sources/prometheus/counting/counts.ts'
import { extendCounts } from '../../../../src/sources/prometheus/counting/extend-counts.ts'
import { SourceError } from '../../../../src/sources/prometheus/client/source-error.ts'
import { arms, countIn, podName, readCounts, series, slicing } from './counting-case.ts'

const _ = null
const numbers = (counts: Counts, slices: number, bounds?: readonly number[]) =>
  readCounts(counts, slices, bounds).map(({ total, parts }) => [total, ...parts])

describe('extendCounts() of buckets', () => {
  const buckets = { kind: 'buckets' } as const

  test('extendCounts() takes 1 and 1.0 for one bound, and gives those slower than it', () => {
    const total = [
      series({ le: '1' }, [5, 8, _]),
      series({ le: '1.0' }, [_, _, 9]),
      series({ le: '+Inf' }, [10, 20, 25]),
    ]
    for (const looks of [[3], [1, 2, 3]]) {
      const counts = countIn(looks, { ...buckets, total })
      expect(counts.bounds).toEqual([1])
      expect(numbers(counts, 2)).toEqual([
        [
          [10, 5],
          [7, 4],
        ],
      ])
    }
  })

  test('extendCounts() without bounds takes those at the first boundary that has any, whatever comes later', () => {
    const total = [
      series({ le: '+Inf' }, [1, 2, 10, 20, 25]),
      series({ le: '1' }, [_, _, 5, 8, 8]),
      series({ le: '2' }, [_, _, _, 9, 9]),
      series({ le: 'x' }, [9, 9, 9, 9, 9]),
      series({ le: '0.5', pod: 'stranger' }, [9, 9, 9, 9, 9]),
    ]
    for (const looks of [[5], [2, 4, 5]]) {
      const counts = countIn(looks, { ...buckets, total })
      expect(counts.bounds).toEqual([1])
      expect(numbers(counts, 4)).toEqual([
        [
          [_, _, 10, 5],
          [_, _, 7, 5],
        ],
      ])
    }
  })

  test('extendCounts() leaves out a target until it has all buckets, and says so', () => {
    const other = { pod: podName(1) }
    const total = [
      series({ le: '1' }, [0, 1, 2, 3]),
      series({ le: '+Inf' }, [0, 1, 3, 4]),
      series({ ...other, le: '1' }, [_, _, 100, 102]),
      series({ ...other, le: '2' }, [0, 1, 2, 2]),
      series({ ...other, le: '+Inf' }, [0, 50, 100, 103]),
      series({ pod: 'stranger', le: '1' }, [0, 1, 3, 4]),
    ]
    const counts = countIn([4], { ...buckets, bounds: [1], total })
    expect(numbers(counts, 3)).toEqual([
      [
        [1, 2, 1],
        [0, 1, 0],
      ],
      [
        [_, _, 3],
        [_, _, 1],
      ],
    ])
    expect(countProblems(counts, 1, 'latency')).toEqual([
      {
        code: 'source-invalid',
        metric: 'latency',
        text: 'latency: 1 target has other bucket bounds than stable had, which leaves out web-bbb-2bbbc',
      },
    ])
    expect(countProblems(counts, 3, 'latency')).toEqual([])
  })

  test('extendCounts() of all bounds can be read at some, and at none that there is not', () => {
    const total = [
      series({ le: '1' }, [0, 1, 2]),
      series({ le: '2' }, [0, 3, 4]),
      series({ le: '+Inf' }, [0, 5, 7]),
    ]
    const counts = countIn([3], { ...buckets, total })
    expect(numbers(counts, 2, [2, 9])).toEqual([
      [
        [5, 2],
        [2, 1],
        [_, _],
      ],
    ])
  })

  test('extendCounts() hands on what is no number, and what native buckets round up', () => {
    const total = [series({ le: '1' }, [0, 1, 2.5]), series({ le: '+Inf' }, [0, Infinity, 2])]
    expect(numbers(countIn([3], { ...buckets, total }), 2)).toEqual([
      [
        [Infinity, 2],
        [_, 0],
      ],
    ])
  })
})

describe('extendCounts()', () => {
  test('extendCounts() adds up the containers of a pod, also one that only counts the events', () => {
    const total = [series({ container: 'a' }, [0, 10, 20]), series({ container: 'b' }, [0, 300, 500])]
    const part = [series({ container: 'a' }, [0, 1, 1]), series({ container: 'c' }, [7, 9, 12])]
    expect(readCounts(countIn([3], { total, part }), 2)).toEqual([
      { pod: podName(0), arm: 'stable', total: [310, 210], parts: [[3, 3]] },
    ])
  })

  test('extendCounts() takes levels as they are at the ends of slices', () => {
    const total = [series({}, [5, 7.25, _, -1e300])]
    expect(numbers(countIn([4], { kind: 'levels', total }), 3)).toEqual([[[7.25, _, -1e300]]])
  })

  test('extendCounts() names at most three of the pods that had a problem', () => {
    const total = [0, 1, 2, 3].map((pod) => series({ pod: podName(pod) }, [10, 20, 5]))
    const three = [0, 1, 2].map(podName).join(', ')
    expect(countProblems(countIn([3], { total }), 2, 'm').map(({ text }) => text)).toEqual([
      `m: counters began anew, as after a restart: ${three} and 1 more`,
    ])
  })

  test('extendCounts() keeps its first reading where the last boundary looks different, and remembers it', () => {
    const extend = (counts: Counts, values: readonly (number | null)[], points: number): Counts =>
      extendCounts(counts, { total: [series({}, values)], part: [] }, { arms, slicing, points })
    const first = extend(emptyCounts('events'), [10, 20, _], 3)
    expect(extend(first, [_, _, _, 60], 4).late).toBe(false)
    const second = extend(first, [_, _, 40, 60], 4)
    expect([first.late, second.late, extend(second, [_, _, _, 60, 70], 5).late]).toEqual([false, true, true])
    expect(numbers(second, 3)).toEqual([
      [
        [10, _, 40],
        [0, _, 0],
      ],
    ])
  })

  test('extendCounts() changes nothing of what it counts on', () => {
    const total = [0, 1, 2].map((pod) => series({ pod: podName(pod) }, [10, 20, 35, 0, 7]))
    const first = countIn([3], { total })
    const before = structuredClone(first)
    extendCounts(first, { total, part: [] }, { arms, slicing, points: 5 })
    expect(first).toEqual(before)
    expect(extendCounts(first, { total, part: [] }, { arms, slicing, points: 3 })).toBe(first)
  })

  test('extendCounts() refuses more numbers than it may hold', () => {
    const total = Array.from({ length: 2000 }, (__, i) => series({ pod: podName(i) }, [1]))
    const extend = (): Counts =>
      extendCounts(emptyCounts('events'), { total, part: [] }, { arms, slicing, points: 5000 })
    expect(extend).toThrow(SourceError)
    expect(extend).toThrow('19996000 numbers to count in one look')
  })

  test('countsBytes() grows with the slices, by half as much where whole numbers are small', () => {
    const grown = (step: number): number => {
      const values = Array.from({ length: 1001 }, (__, j) => step * j)
      const bytes = [501, 1001].map((points) =>
        countsBytes(countIn([points], { total: [series({}, values)] })),
      )
      return (bytes[1] ?? 0) - (bytes[0] ?? 0)
    }
    expect([grown(3), grown(0.1)]).toEqual([4000, 8000])
  })
})
