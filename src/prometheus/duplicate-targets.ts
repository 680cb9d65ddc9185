import type { TargetCounts } from './counters.ts'

const AGREEMENT = 0.02
/** With fewer events two targets agree by chance. */
const LEAST_EVENTS = 100

/** Keys of the targets of one pod that count what another of its targets counts already: scraped twice. */
export function duplicateTargets(targets: readonly TargetCounts[]): ReadonlySet<string> {
  const kept: TargetCounts[] = []
  const duplicates = new Set<string>()
  const fullestFirst = targets.toSorted((a, b) => samples(b) - samples(a) || (a.key < b.key ? -1 : 1))
  for (const target of fullestFirst) {
    if (kept.some((other) => agree(target, other))) duplicates.add(target.key)
    else kept.push(target)
  }
  return duplicates
}

function agree(a: TargetCounts, b: TargetCounts): boolean {
  let inA = 0
  let inB = 0
  a.total.forEach((value, k) => {
    const other = b.total[k]
    if (value === null || other === null || other === undefined) return
    inA += value
    inB += other
  })
  const most = Math.max(inA, inB)
  return most >= LEAST_EVENTS && Math.abs(inA - inB) <= AGREEMENT * most
}

function samples(target: TargetCounts): number {
  return target.total.reduce<number>((count, value) => count + (value === null ? 0 : 1), 0)
}
