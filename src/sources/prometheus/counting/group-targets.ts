import type { Counts, CountKind, Row, Target } from './counts.ts'

/** Which targets are shown as one, and which may be one endpoint that is scraped more than once. */
export function groupTargets(targets: readonly Target[], kind: CountKind): Pick<Counts, 'rows' | 'shared'> {
  // levels are not added up, so each stands for itself
  if (kind === 'levels') {
    return { rows: targets.map(({ arm, pod }, i) => ({ arm, pod, members: [i] })), shared: [] }
  }
  const rows = new Map<string, Row & { readonly members: number[] }>()
  const places = new Map<string, number[]>()
  targets.forEach(({ arm, pod, instance }, i) => {
    const row = rows.get(`${arm} ${pod ?? ''}`)
    if (row === undefined) rows.set(`${arm} ${pod ?? ''}`, { arm, pod, members: [i] })
    else row.members.push(i)
    const place = `${arm} ${pod ?? instance}`
    const there = places.get(place)
    if (there === undefined) places.set(place, [i])
    else there.push(i)
  })
  const key = (target: number): string => targets[target]?.key ?? ''
  for (const { members } of rows.values()) members.sort((a, b) => (key(a) < key(b) ? -1 : 1))
  return {
    rows: [...rows.values()],
    shared: [...places.values()].filter(({ length }) => length > 1),
  }
}
