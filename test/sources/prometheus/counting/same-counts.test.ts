import {
  array,
  assert,
  constantFrom,
  double,
  integer,
  oneof,
  property,
  record,
  uniqueArray,
} from 'fast-check'
import { expect, test } from 'vitest'
import { countProblems } from '../../../../src/sources/prometheus/counting/count-problems.ts'
import type { Counts } from '../../../../src/sources/prometheus/counting/counts.ts'
import type { Series } from '../../../../src/sources/prometheus/client/query-result.ts'
import { type Asked, countIn, podName, readCounts, type Row, series } from './counting-case.ts'

const boundaries = 16
const anyBoundary = integer({ min: 0, max: boundaries - 1 })

/** The life of a process: its start, restarts, gaps and end, and whether another job also scrapes it. */
interface Life {
  readonly pod: number
  readonly container: string
  readonly start: number
  readonly rates: readonly number[]
  readonly born: number
  readonly dies: number
  readonly restarts: readonly number[]
  readonly away: readonly number[]
  readonly odd: Readonly<Record<number, number>>
  readonly twice: boolean
  /** Those of its requests that failed or were slow. */
  readonly share: number
  readonly totalFrom: number
}

const life = record<Life>({
  pod: integer({ min: 0, max: 2 }),
  container: constantFrom('a', 'b', 'c'),
  start: constantFrom(0, 0, 50, 5000),
  rates: array(oneof(integer({ min: 0, max: 300 }), double({ min: 0, max: 9, noNaN: true })), {
    minLength: boundaries,
    maxLength: boundaries,
  }),
  born: integer({ min: 0, max: 10 }),
  dies: integer({ min: 6, max: 30 }),
  restarts: uniqueArray(anyBoundary, { maxLength: 2 }),
  away: uniqueArray(anyBoundary, { maxLength: 9 }),
  odd: constantFrom<Life['odd']>({}, {}, { 7: Number.NaN }, { 9: Infinity }, { 4: 3 }),
  twice: constantFrom(false, false, true),
  share: constantFrom(0, 0.1, 1),
  totalFrom: constantFrom(0, 0, 0, 5, 99),
})

const world = record({
  lives: array(life, { minLength: 1, maxLength: 7 }),
  outages: uniqueArray(anyBoundary, { maxLength: 3 }),
})

/** The value of its counter at each boundary. */
function counterOf(one: Life, outages: readonly number[], share = 1): Row {
  let value = one.start * share
  return one.rates.map((rate, j) => {
    value = one.restarts.includes(j) ? rate * share : value + rate * share
    const isThere = j >= one.born && j < one.dies && !one.away.includes(j) && !outages.includes(j)
    return isThere ? (one.odd[j] ?? value) : null
  })
}

function seriesOf(
  lives: readonly Life[],
  labels: (one: Life) => object,
  rowOf: (one: Life) => Row,
): Series[] {
  return lives.flatMap((one, i) =>
    (one.twice ? ['app', 'again'] : ['app']).map((job) =>
      series(
        { pod: podName(one.pod), container: one.container, instance: `${i}`, job, ...labels(one) },
        rowOf(one),
      ),
    ),
  )
}

const from = (row: Row, boundary: number): Row => row.map((value, j) => (j < boundary ? null : value))

type World = { readonly lives: readonly Life[]; readonly outages: readonly number[] }

const kinds: Readonly<Record<string, (world: World) => Asked>> = {
  events: ({ lives, outages }) => ({
    total: seriesOf(
      lives,
      () => ({}),
      (one) => from(counterOf(one, outages), one.totalFrom),
    ),
    part: seriesOf(
      lives.filter(({ share }) => share > 0),
      () => ({}),
      (one) => counterOf(one, outages, one.share),
    ),
  }),
  'buckets at given bounds': ({ lives, outages }) => ({
    kind: 'buckets',
    bounds: [1],
    total: bucketsOf(lives, outages),
  }),
  'buckets at whatever bounds there are': ({ lives, outages }) => ({
    kind: 'buckets',
    total: bucketsOf(lives, outages),
  }),
  levels: ({ lives, outages }) => ({
    kind: 'levels',
    total: seriesOf(
      lives,
      () => ({}),
      (one) => counterOf(one, outages),
    ),
  }),
}

function bucketsOf(lives: readonly Life[], outages: readonly number[]): Series[] {
  return [
    ...seriesOf(
      lives,
      () => ({ le: '+Inf' }),
      (one) => counterOf(one, outages),
    ),
    ...seriesOf(
      lives,
      ({ twice }) => ({ le: twice ? '1.0' : '1' }),
      (one) => from(counterOf(one, outages, one.share), one.totalFrom),
    ),
    ...seriesOf(
      lives,
      () => ({ le: '2' }),
      (one) => counterOf(one, outages, 0.5),
    ),
  ]
}

function seen(counts: Counts, slices: number): unknown {
  return { late: counts.late, rows: readCounts(counts, slices), problems: countProblems(counts, slices, 'm') }
}

test.each(Object.entries(kinds))(
  'extendCounts() of %s is to the bit what one look at the end counts, in whatever looks the run was cut',
  (_, asked) => {
    const looks = uniqueArray(integer({ min: 1, max: boundaries }), { maxLength: 8 })
    assert(
      property(world, looks, (one, some) => {
        const data = asked(one)
        const warm = countIn([...some.sort((a, b) => a - b), boundaries], data)
        const cold = countIn([boundaries], data)
        expect(seen(warm, boundaries - 1)).toEqual(seen(cold, boundaries - 1))
      }),
      { numRuns: 300 },
    )
  },
)

test.each(Object.entries(kinds))(
  'extendCounts() of %s never changes a slice that was counted',
  (_, asked) => {
    assert(
      property(world, integer({ min: 1, max: boundaries }), (one, points) => {
        const data = asked(one)
        const early = countIn([points], data)
        const late = countIn([boundaries], data)
        // the earlier look has no sample of pods that came later
        const known = (counts: Counts) =>
          readCounts(counts, points - 1).filter(({ total }) => total.some((value) => value !== null))
        expect(known(late)).toEqual(known(early))
        expect(countProblems(late, points - 1, 'm')).toEqual(countProblems(early, points - 1, 'm'))
      }),
      { numRuns: 300 },
    )
  },
)
