import type { Finding } from '../../../judge/ports/diagnosis.ts'
import type { Labels } from '../arms/arms.ts'
import { named, valuesOf } from './words.ts'

/** Series that a pair of servers scraped and nobody merged: a sum counts their requests once for each. */
export function checkReplicas(all: readonly Labels[]): readonly Finding[] {
  const names = new Set(all.flatMap((labels) => Object.keys(labels)))
  return [...names]
    .filter((name) => /replica/i.test(name) && isCopied(all, name))
    .map((name) => finding(all, name))
}

function isCopied(all: readonly Labels[], name: string): boolean {
  const seen = new Set<string>()
  for (const { [name]: replica, ...others } of all) {
    if (replica === undefined) continue
    const key = JSON.stringify(Object.entries(others).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    if (seen.has(key)) return true
    seen.add(key)
  }
  return false
}

function finding(all: readonly Labels[], name: string): Finding {
  const values = valuesOf(all, name)
  const [first = ''] = values
  const text = `the same series are there for ${name} ${named(values)}, and each counts: let the source merge them (of Thanos --query.replica-label ${name}), or add ${name}="${first}" to the selectors`
  return { level: 'warning', code: 'duplicate-target', text }
}
