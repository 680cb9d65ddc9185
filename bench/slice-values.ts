import { armCounts, quantileOf } from './arm-counts.ts'
import type { Recording } from '../src/engine/model/recording.ts'

/** One number for each slice and arm, for the rules that compare series of points. */
export interface SliceValues {
  readonly name: 'errors' | 'p95' | 'conversion' | 'memory'
  readonly lowerIsWorse: boolean
  readonly canary: readonly number[]
  readonly stable: readonly number[]
}

/** The slices `from` to `to`, both included; a slice in which an arm has no events has no value there. */
export function sliceValues(recording: Recording, from: number, to: number): readonly SliceValues[] {
  const arms = armCounts(recording)
  const pick = (valueOf: (arm: (typeof arms)['stable'], slice: number) => number | undefined) => ({
    canary: valuesOf((slice) => valueOf(arms.canary, slice), from, to),
    stable: valuesOf((slice) => valueOf(arms.stable, slice), from, to),
  })
  return [
    {
      name: 'errors',
      lowerIsWorse: false,
      ...pick((arm, slice) => share(arm.failed[slice], arm.requests[slice])),
    },
    { name: 'p95', lowerIsWorse: false, ...pick((arm, slice) => quantileOf(arm, slice, 0.95)) },
    {
      name: 'conversion',
      lowerIsWorse: true,
      ...pick((arm, slice) => share(arm.orders[slice], arm.checkouts[slice])),
    },
    { name: 'memory', lowerIsWorse: false, ...pick((arm, slice) => arm.memory[slice] || undefined) },
  ]
}

function share(part = 0, whole = 0): number | undefined {
  return whole === 0 ? undefined : part / whole
}

function valuesOf(
  valueAt: (slice: number) => number | undefined,
  from: number,
  to: number,
): readonly number[] {
  const values: number[] = []
  for (let slice = from; slice <= to; slice++) {
    const value = valueAt(slice)
    if (value !== undefined) values.push(value)
  }
  return values
}
