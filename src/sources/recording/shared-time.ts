import type { FetchRequest } from '../../judge/ports/ports.ts'
import { settledSlices, type Slicing, slicingOf } from './slicing.ts'

/** How all sources of one look cut time alike: each says what it knows, and gets what follows from all of them. */
export interface SharedTime {
  /** From the scrape intervals in seconds, unless a source knows the slicing of an earlier look. */
  slicing(known: Slicing | undefined, intervals: readonly number[]): Promise<Slicing>
  /** How many slices are over, by the earliest of the sources' clocks; Unix seconds. */
  slices(latest: number): Promise<number>
  /** Both, once all sources have said what they know. */
  readonly agreed: Promise<{ readonly slicing: Slicing; readonly slices: number }>
}

export function sharedTime({ policy, run }: FetchRequest, sources: number): SharedTime {
  const begun = gathered<{ readonly known: Slicing | undefined; readonly intervals: readonly number[] }>(
    sources,
  )
  const ended = gathered<number>(sources)
  const intervals = begun.all.then((all) => all.flatMap((one) => one.intervals))
  const slicing = begun.all.then(
    async (all) => all.find(({ known }) => known)?.known ?? slicingOf(policy, run, await intervals),
  )
  const slices = ended.all.then(async (latest) =>
    settledSlices(await slicing, Math.min(...latest), slowestOf(await intervals)),
  )
  return {
    slicing: (known, own) => {
      begun.add({ known, intervals: own })
      return slicing
    },
    slices: (latest) => {
      ended.add(latest)
      return slices
    },
    agreed: slicing.then(async (agreed) => ({ slicing: agreed, slices: await slices })),
  }
}

export function slowestOf(intervals: readonly number[]): number | undefined {
  return intervals.length === 0 ? undefined : Math.max(...intervals)
}

/** Resolves with everything that was added, when so many have. */
function gathered<T>(count: number): { add(part: T): void; readonly all: Promise<readonly T[]> } {
  const { promise, resolve } = Promise.withResolvers<readonly T[]>()
  const parts: T[] = []
  const add = (part: T): void => {
    parts.push(part)
    if (parts.length === count) resolve(parts)
  }
  return { add, all: promise }
}
