import type { Sample } from '../analysis/recording.ts'
import type { Labels } from './arms.ts'
import type { Series } from './query-result.ts'
import type { Slicing } from './slicing.ts'

/** What one query gave at the boundaries of slices 0 to points − 1, as it came: immutable, grown by copies. */
export interface Grid {
  readonly points: number
  readonly rows: ReadonlyMap<string, GridRow>
}

export interface GridRow {
  readonly labels: Labels
  readonly values: readonly Sample[]
}

export const emptyGrid: Grid = { points: 0, rows: new Map() }

export interface Extended {
  readonly grid: Grid
  /** A boundary that was read before now has another value: samples came late. The first reading stays. */
  readonly late: boolean
}

/** Adds the boundaries from `grid.points` up to `points`; what is known already stays. */
export function extendGrid(
  grid: Grid,
  series: readonly Series[],
  slicing: Slicing,
  points: number,
): Extended {
  if (points <= grid.points) return { grid, late: false }
  const rows = new Map<string, { labels: Labels; values: Sample[] }>()
  for (const [key, { labels, values }] of grid.rows) {
    rows.set(key, { labels, values: [...values, ...absent(points - grid.points)] })
  }
  let late = false
  for (const { labels, times, values } of series) {
    const key = keyOf(labels)
    const row = rows.get(key) ?? { labels, values: absent(points) }
    rows.set(key, row)
    times.forEach((time, i) => {
      const j = Math.round((time - slicing.start) / slicing.sliceSeconds)
      const value = values[i] ?? null
      if (j >= grid.points && j < points) row.values[j] = value
      else if (j >= 0 && j < grid.points && !Object.is(row.values[j], value)) late = true
    })
  }
  return { grid: { points, rows }, late }
}

/** About how much memory it holds. */
export function gridBytes(grid: Grid): number {
  return grid.rows.size * (500 + 16 * grid.points)
}

/** The same labels in the same order of names are the same series. */
export function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function absent(count: number): Sample[] {
  return Array.from({ length: count }, () => null)
}
