import type { Selection } from '../../../engine/model/policy.ts'
import type { Arms, Labels } from './arms.ts'

/** Labels that name where series come from, such as several clusters that one Thanos answers for. */
export const placeLabels = ['cluster', 'datacenter', 'dc', 'region', 'prometheus'] as const

/** A label in which series of one arm differ, and its values. */
export interface MixedLabel {
  readonly label: string
  readonly values: readonly string[]
}

/** Series of several places that count as one arm. */
export function mixedLabels(all: readonly Labels[], arms: Pick<Arms, 'armOf'>): readonly MixedLabel[] {
  return placeLabels.flatMap((label) => {
    const values = (['canary', 'stable'] as const)
      .map((arm) =>
        valuesIn(
          all.filter((labels) => arms.armOf(labels) === arm),
          label,
        ),
      )
      .find((found) => found.length > 1)
    return values === undefined ? [] : [{ label, values }]
  })
}

/** What to do about it. */
export function whereAdvice(select: Selection, { label, values: [first = ''] }: MixedLabel): string {
  const rest = 'preset' in select ? `preset: ${select.preset}, ` : ''
  return `limit them in the policy with select: {${rest}where: {${label}: ${JSON.stringify(first)}}}`
}

const valuesIn = (all: readonly Labels[], label: string): readonly string[] =>
  [...new Set(all.flatMap((labels) => labels[label] ?? []))].filter((value) => value !== '').toSorted()
