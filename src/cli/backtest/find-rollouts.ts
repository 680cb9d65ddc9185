import type { Episode } from '../past/episodes.ts'
import { servedAlone } from '../past/served-alone.ts'

/** A version that came while another one was there; in Unix seconds. */
export interface FoundRollout {
  readonly version: string
  readonly stable: string
  readonly from: number
  readonly to: number
  /** Whether the version had served before, and took over again. */
  readonly isRollback: boolean
}

export interface FoundRollouts {
  readonly rollouts: readonly FoundRollout[]
  /**
   * Times in which a version that had served before was there again and left before the other one did, such as a pod on
   * a node that comes back. A release does not go this way.
   */
  readonly strays: readonly Episode[]
}

/** A rollout that takes longer is judged up to here. */
const longestSeconds = 12 * 3600

/**
 * A rollout is an episode of one version that begins in an episode of another one. It ends when one of the two is
 * gone: the new one was taken back, or has replaced the other one.
 */
export function rolloutsIn(episodes: readonly Episode[], named: boolean): FoundRollouts {
  const alone = servedAlone(episodes, named)
  const rollouts: FoundRollout[] = []
  const strays: Episode[] = []
  for (const episode of episodes) {
    if (!named && episode.version !== 'canary') continue
    const stable = stableOf(episode, episodes, named)
    if (stable === undefined) continue
    const isBack = alone.some(({ version, from }) => version === episode.version && from < episode.from)
    if (isBack && episode.to < stable.to) {
      strays.push(episode)
      continue
    }
    const { version, from } = episode
    const to = Math.min(episode.to, stable.to, from + longestSeconds)
    rollouts.push({ version, stable: stable.version, from, to, isRollback: isBack })
  }
  return { rollouts, strays }
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
