import type { Arms, Labels } from '../arms/arms.ts'
import type { Counts, Target } from './counts.ts'

/** Targets by their labels: those that are known, and new ones as they come. */
export interface KnownTargets {
  /** Undefined = of neither arm. */
  numberOf(labels: Labels): number | undefined
  readonly targets: readonly Target[]
  readonly index: ReadonlyMap<string, number>
}

export function knownTargets(counts: Pick<Counts, 'targets' | 'index'>, arms: Arms): KnownTargets {
  const names = [...arms.armLabels, ...arms.targetLabels]
  const added: Target[] = []
  // few looks find anything new: only these copy what is known
  let index: Map<string, number> | undefined
  const find = (labels: Labels): number | undefined => {
    const key = keyOf(labels, names)
    const known = (index ?? counts.index).get(key)
    if (known !== undefined) return known
    const arm = arms.armOf(labels)
    if (arm === undefined) return undefined
    index ??= new Map(counts.index)
    const number = index.size
    index.set(key, number)
    const pod = arms.podLabel === undefined ? '' : (labels[arms.podLabel] ?? '')
    added.push({ key, arm, pod: pod === '' ? undefined : pod, instance: labels['instance'] ?? '' })
    return number
  }
  // the buckets of a target come one after the other
  let last: { readonly labels: Labels; readonly number: number } | undefined
  return {
    numberOf(labels) {
      const before = last
      if (before !== undefined && names.every((name) => labels[name] === before.labels[name]))
        return before.number
      const number = find(labels)
      if (number !== undefined) last = { labels, number }
      return number
    },
    get targets() {
      return added.length === 0 ? counts.targets : [...counts.targets, ...added]
    },
    get index() {
      return index ?? counts.index
    },
  }
}

/** Lengths keep two values apart whatever is in them. */
function keyOf(labels: Labels, names: readonly string[]): string {
  let key = ''
  for (const name of names) {
    const value = labels[name] ?? ''
    key += `${value.length}:${value}`
  }
  return key
}
