import type { Episode } from '../past/episodes.ts'

/** A time in which one version served alone; in Unix seconds. */
export interface Stretch {
  readonly version: string
  readonly from: number
  readonly to: number
}

/** The episodes of one version without the times at which another version was there too. */
export function servedAlone(episodes: readonly Episode[], named: boolean): readonly Stretch[] {
  return episodes.flatMap((episode) => {
    if (!named && episode.version === 'canary') return []
    const others = episodes.filter(({ version }) => version !== episode.version)
    return others.reduce<readonly Stretch[]>(
      (left, other) => left.flatMap((stretch) => without(stretch, other)),
      [episode],
    )
  })
}

function without(stretch: Stretch, { from, to }: Episode): readonly Stretch[] {
  if (to <= stretch.from || from >= stretch.to) return [stretch]
  return [
    { ...stretch, to: from },
    { ...stretch, from: to },
  ].filter((part) => part.from < part.to)
}
