import type { CountTable } from '../counts/pod-counts.ts'
import type { ArmSlices } from '../counts/slices.ts'
import type { LatencyData } from '../model/recording.ts'
import type { CountTests } from './count-tests.ts'

/** What was computed at the bounds of a histogram, kept for the other quantiles of the same histogram. */
export interface SharedBounds {
  readonly tests: ByRows<TestedBound>
  readonly counts: ByRows<BoundCounts>
}

export interface TestedBound {
  readonly table: CountTable
  readonly tests: CountTests
}

/** Counts by slice of each arm, without those of single pods, which would take much memory at every bound. */
export interface BoundCounts {
  readonly canary: ArmCounts
  readonly stable: ArmCounts
}

type ArmCounts = Pick<ArmSlices, 'events' | 'requests' | 'pods'>

/** What `make` gave for the same rows and settings before; otherwise what it gives now. */
export type ByRows<Value> = (bound: Bound, make: () => Value) => Value

interface Bound {
  readonly data: LatencyData
  readonly index: number
  /** What the value depends on beside the rows. */
  readonly settings: readonly number[]
}

export function createSharedBounds(): SharedBounds {
  return { tests: sharing(), counts: sharing() }
}

/** Compares arrays by identity: the source gives all quantiles of one histogram the same rows. */
function sharing<Value>(): ByRows<Value> {
  const known: { readonly parts: readonly unknown[]; readonly value: Value }[] = []
  return ({ data, index, settings }, make) => {
    const parts = [...settings, ...data.total, ...data.above.map((pod) => pod?.[index])]
    const same = known.find((one) => isSame(one.parts, parts))
    if (same !== undefined) return same.value
    const value = make()
    known.push({ parts, value })
    return value
  }
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((part, i) => part === other[i])
}
