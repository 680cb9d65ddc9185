import type { Presence } from '../../sources/prometheus/history/read-presence.ts'

/** A stretch of time in which a version was there, without a long pause; in Unix seconds. */
export interface Episode {
  readonly version: string
  readonly from: number
  readonly to: number
}

/** A pause up to this length does not end an episode: the judge's own clock of a rollout has the same. */
const pauseSeconds = 600

/** By their beginnings. A time stands for the step before it. */
export function episodesOf(presence: readonly Presence[], stepSeconds: number): readonly Episode[] {
  const episodes = presence.flatMap(({ version, times }) => {
    const found: Episode[] = []
    for (const time of times) {
      const last = found.at(-1)
      if (last !== undefined && time - last.to <= pauseSeconds + stepSeconds)
        found[found.length - 1] = { ...last, to: time }
      else found.push({ version, from: time - stepSeconds, to: time })
    }
    return found
  })
  return episodes.toSorted((a, b) => a.from - b.from)
}

/** The same presence from several windows, as one. */
export function joined(windows: readonly (readonly Presence[])[]): readonly Presence[] {
  const byVersion = Map.groupBy(windows.flat(), ({ version }) => version)
  return [...byVersion].map(([version, parts]) => ({ version, times: parts.flatMap(({ times }) => times) }))
}
