import type { Arm } from '../../../engine/model/recording.ts'
import { equals, escapeRegex, type Matcher, oneOf } from '../queries/matcher.ts'

export type Labels = Readonly<Record<string, string>>

/** How to find both arms with one query, and how to distinguish them in its answer. */
export interface Arms {
  /** The labels that queries keep: those of the arm and of the pod. */
  readonly armLabels: readonly string[]
  readonly targetLabels: readonly string[]
  /** The label with the pod's name. Undefined where series have no pods. */
  readonly podLabel: string | undefined
  /** Matchers that find both arms, and perhaps more; `armOf` is exact. */
  readonly both: readonly Matcher[]
  readonly canary: readonly Matcher[]
  readonly stable: readonly Matcher[]
  armOf(labels: Labels): Arm | undefined
  /** The arm by its labels alone. A service may also have pods of another revision behind it. */
  armByLabels(labels: Labels): Arm | undefined
  /** Whether both arms fit, so that the revisions cannot be distinguished. */
  isAmbiguous(labels: Labels): boolean
  readonly defaults: DefaultSelectors
}

/** The selectors that a preset brings for metrics whose policy names none. */
export interface DefaultSelectors {
  readonly total: string
  readonly bad: string
  readonly histogram: string
  readonly unit: 'seconds' | 'milliseconds'
}

/** The value of an arm's label: a text, or a pattern that RE2 and JavaScript read alike. */
export type ArmValue = { readonly text: string } | { readonly pattern: string }

export interface LabelArms {
  readonly label: string
  readonly canary: ArmValue
  readonly stable: ArmValue
  readonly common: readonly Matcher[]
  readonly podLabel?: string | undefined
  readonly targetLabels: readonly string[]
  readonly defaults: DefaultSelectors
}

/** Arms that differ in the value of one label. */
export function armsByLabel(spec: LabelArms): Arms {
  const { label, canary, stable, common, podLabel, targetLabels, defaults } = spec
  const isCanary = anchored(canary)
  const isStable = anchored(stable)
  const armOf = (labels: Labels): Arm | undefined => {
    const value = labels[label] ?? ''
    if (isCanary.test(value)) return 'canary'
    return isStable.test(value) ? 'stable' : undefined
  }
  return {
    armLabels: [...new Set([label, ...(podLabel === undefined ? [] : [podLabel])])],
    targetLabels,
    podLabel,
    both: [...common, eitherOf(label, canary, stable)],
    canary: [...common, eitherOf(label, canary, canary)],
    stable: [...common, eitherOf(label, stable, stable)],
    armOf,
    armByLabels: armOf,
    isAmbiguous: (labels) => isCanary.test(labels[label] ?? '') && isStable.test(labels[label] ?? ''),
    defaults,
  }
}

function eitherOf(label: string, a: ArmValue, b: ArmValue): Matcher {
  if ('text' in a && 'text' in b) return oneOf(label, [a.text, b.text])
  return { label, op: '=~', value: [...new Set([patternOf(a), patternOf(b)])].join('|') }
}

function anchored(value: ArmValue): RegExp {
  return new RegExp(`^(?:${patternOf(value)})$`, 's')
}

function patternOf(value: ArmValue): string {
  return 'text' in value ? escapeRegex(value.text) : value.pattern
}

/** An equality for each label that has a name. */
export function equalities(pairs: readonly (readonly [string | undefined, string])[]): readonly Matcher[] {
  return pairs.flatMap(([label, value]) => (label === undefined ? [] : [equals(label, value)]))
}
