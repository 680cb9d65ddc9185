import type { Episode } from '../past/episodes.ts'

/** A version that came while another one was there; in Unix seconds. */
export interface FoundRollout {
  readonly version: string
  readonly stable: string
  readonly from: number
  readonly to: number
}

/** A rollout that takes longer is judged up to here. */
const longestSeconds = 12 * 3600

/**
 * A rollout is an episode of one version that begins in an episode of another one. It ends when one of the two is
 * gone: the new one was taken back, or has replaced the other one.
 */
export function rolloutsIn(episodes: readonly Episode[], named: boolean): readonly FoundRollout[] {
  return episodes.flatMap((episode) => {
    if (!named && episode.version !== 'canary') return []
    const stable = stableOf(episode, episodes, named)
    if (stable === undefined) return []
    const to = Math.min(episode.to, stable.to, episode.from + longestSeconds)
    return [{ version: episode.version, stable: stable.version, from: episode.from, to }]
  })
}

/** Of several versions that are there, stable is the one that stays longest: others are on their way out. */
function stableOf(
  { version, from, to }: Episode,
  episodes: readonly Episode[],
  named: boolean,
): Episode | undefined {
  const there = episodes.filter(
    (other) =>
      other.version !== version && (other.from < from || !named) && other.from <= from && other.to > from,
  )
  const stays = (other: Episode): number => Math.min(other.to, to)
  return there.toSorted((a, b) => stays(b) - stays(a) || a.from - b.from)[0]
}
