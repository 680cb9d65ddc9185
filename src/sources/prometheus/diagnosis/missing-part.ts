import type { Finding } from '../../../judge/ports/diagnosis.ts'
import type { Arm } from '../../../engine/model/recording.ts'
import type { Labels } from '../arms/arms.ts'
import type { Selector } from '../queries/selector.ts'
import { distinguishingLabels } from '../queries/distinguishing-labels.ts'
import { type Holdings, holdingsOf, ownMatchers, unknownMetric, wordFor } from './explain-missing.ts'
import { type Cause, missingArm, seriesInPlace } from './missing-arm.ts'
import { unfittingValue } from './unfitting-value.ts'
import { missing, type PreparedMetric } from './prepared-metric.ts'
import { listed } from './words.ts'

export interface MissingPart {
  /** bad or good. */
  readonly of: string
  readonly selector: Selector
  readonly arms: readonly Arm[]
  readonly whole: Holdings
}

/** What an arm without failures, or without successes, means: mostly that there have been none yet. */
export async function missingPart(one: PreparedMetric, part: MissingPart): Promise<readonly Finding[]> {
  const { arms, selector, whole } = part
  if (arms.length === 0) return []
  if (selector.metric === whole.selector.metric) {
    return [blind(one, part) ?? unfitting(one, part) ?? noneYet(one, part)]
  }
  if (arms.length === 1) return [noneYet(one, part)]
  const cause = await otherMetric(one, part)
  return [cause === undefined ? noneYet(one, part) : { level: 'warning', ...cause }]
}

function noneYet({ metric }: PreparedMetric, { of, arms }: MissingPart): Finding {
  const who = arms.length === 2 ? 'either arm' : wordFor(arms[0] ?? 'canary')
  if (metric.kind === 'errors') {
    const text = `no series of ${of} for ${who} yet: none has failed so far, which counts as 0`
    return { level: 'note', code: 'no-events-yet', text }
  }
  const text = `no series of ${of} for ${who} yet, which counts as 0: check its selector if there should be some`
  return { level: 'warning', code: 'no-events-yet', text }
}

/** A look refuses to go by a label that no series of an arm has. */
function blind(one: PreparedMetric, { of, selector, arms, whole }: MissingPart): Finding | undefined {
  const inPlace = seriesInPlace(whole.all, one.arms)
  const telling = distinguishingLabels(whole.selector, selector)
  // where the other arm has some without it as well, it comes with the first of the part
  const others = inPlace.filter((labels) => {
    const arm = one.arms.armOf(labels)
    return arm !== undefined && !arms.includes(arm)
  })
  const usual = telling.filter((name) => others.every((labels) => hasValue(labels, name)))
  for (const arm of arms) {
    const series = inPlace.filter((labels) => one.arms.armOf(labels) === arm)
    const label = usual.find((name) => !series.some((labels) => hasValue(labels, name)))
    if (label === undefined || series.length === 0) continue
    const whose = arms.length === 1 ? ` of ${wordFor(arm)}` : ''
    const names = listed(
      Object.keys(series[0] ?? {}).filter((name) => name !== '__name__'),
      12,
    )
    const text = `no series of ${selector.metric}${whose} has the label ${label}, by which the policy tells ${of} from total, so none would ever be seen: the labels are ${names}`
    return missing(one, 'own-matchers', text)
  }
  return undefined
}

/** Where neither arm has any, the selector itself may be wrong. */
function unfitting(one: PreparedMetric, { of, selector, arms, whole }: MissingPart): Finding | undefined {
  if (arms.length < 2) return undefined
  const why = unfittingValue(selector, seriesInPlace(whole.all, one.arms))
  return why === undefined ? undefined : missing(one, 'own-matchers', `${of} can never be seen: ${why}`)
}

function hasValue(labels: Labels, name: string): boolean {
  return (labels[name] ?? '') !== ''
}

/** A counter of its own may not be there before it counts; under another name it never will. */
async function otherMetric(one: PreparedMetric, part: MissingPart): Promise<Cause | undefined> {
  const { of, selector } = part
  const { all } = await holdingsOf(one, selector)
  if (all.length > 0) {
    const { select: selection, subject, arms } = one
    const cause = missingArm({ arm: 'stable', all, arms, selection, subject })
    return cause.code === 'other-label'
      ? { ...cause, text: `no series of ${of} for either arm: ${cause.text}` }
      : undefined
  }
  if ((await ownMatchers(one, selector)) !== undefined) return undefined
  const { text } = await unknownMetric(one, selector)
  return { code: 'no-events-yet', text: `${noneYet(one, part).text}; ${text}` }
}
