import type { AaResult as ShownResult } from '../../formats/past/aa-result.ts'
import type { Expected } from '../plan/plan.ts'
import { percent, stepsText, tableHead, toTableRow } from '../plan/plan-text.ts'
import { plain } from '../plain.ts'
import type { ShareWithin } from './clustered-share.ts'

/** What a policy would do on the service as it is: what the service shows, and more. */
export interface AaResult extends ShownResult {
  readonly digest: string
  readonly weights: readonly number[]
  readonly minutes: readonly number[]
  /** How many could not be played, for lack of pods. */
  readonly skipped: number
  readonly notJudged: readonly string[]
  readonly healthy: Readonly<Record<'aborted' | 'promoted' | 'asked', ShareWithin>>
  readonly releases: readonly Expected[]
}

export function aaText(result: AaResult): string {
  const { namespace, name, from, to, weights, minutes, rollouts, skipped, notJudged, releases } = result
  const { effective } = result.healthy.aborted
  return [
    `${rollouts} pretended rollouts of ${plain(`${namespace}/${name}`)}, ${day(from)} to ${day(to)}: pods of stable as canaries`,
    `steps: ${stepsText({ weights, minutes })}`,
    ...(notJudged.length > 0
      ? [`not judged, because the series have no pods: ${plain(notJudged.join(', '))}`]
      : []),
    ...(skipped > 0 ? [`not played, because fewer than two pods were there: ${skipped}`] : []),
    '',
    tableHead({ weights }),
    ...releases.map(toTableRow),
    '',
    ...conclusions(result),
    ...(Math.round(effective) < rollouts
      ? [
          `The intervals count as of ${Math.round(effective)} rollouts, because some share their time or their pods.`,
        ]
      : []),
    'Stopped: aborted, or a person is asked, before all users get the release. Minutes: to half of the stops.',
    '',
  ].join('\n')
}

function conclusions({ policy, healthy, releases }: AaResult): readonly string[] {
  const { aborted, promoted, asked } = healthy
  return [
    `On this service ${plain(policy)} aborts ${within(aborted)} of healthy rollouts; ${within(promoted)} pass by themselves, ${within(asked)} ask a person.`,
    ...releases.flatMap(({ release, shownBy, promoted: missed, minutesToStop }) => {
      if (shownBy === undefined) return []
      if (minutesToStop === undefined) return [`It never finds ${release}.`]
      return [
        `It finds ${release} in ${percent(1 - missed)} of rollouts, half of these within ${minutesToStop} minutes.`,
      ]
    }),
  ]
}

const within = ({ share, low, high }: ShareWithin): string =>
  `${percent(share)} (${percent(low)} to ${percent(high)})`

const day = (time: string): string => time.slice(0, 16).replace('T', ' ')
