import type { Arm } from '../../../engine/model/recording.ts'
import { AppError } from '../../../errors.ts'
import type { Arms, DefaultSelectors, Labels } from './arms.ts'
import { fillPlaceholders } from '../queries/fill-placeholders.ts'
import { equals, type Matcher, oneOf } from '../queries/matcher.ts'
import type { Workload } from './preset-context.ts'

/** Arms by the labels that a policy names for each. */
export function armsBySelection(
  written: { readonly canary: Labels; readonly stable: Labels },
  subject: Workload,
  defaults: DefaultSelectors,
): Arms {
  const canary = filled(written.canary, subject)
  const stable = filled(written.stable, subject)
  const names = [...new Set([...Object.keys(canary), ...Object.keys(stable)])]
  if (names.every((name) => canary[name] === stable[name])) {
    throw new AppError(
      'bad-request',
      'select: expected labels that tell canary and stable apart, got the same',
    )
  }
  // a policy serves every namespace, so the labels alone would mix them
  const common = names.some((name) => name.includes('namespace'))
    ? []
    : [equals('namespace', subject.namespace)]
  const shared = names.flatMap((name) => {
    const [c, s] = [canary[name], stable[name]]
    return c === undefined || s === undefined ? [] : [oneOf(name, [c, s])]
  })
  return {
    armLabels: [...new Set([...names, 'pod'])],
    targetLabels: ['job', 'instance', 'container'],
    podLabel: 'pod',
    both: [...common, ...shared],
    canary: [...common, ...matchersOf(canary)],
    stable: [...common, ...matchersOf(stable)],
    armOf: (labels) => armOf(labels, canary, stable),
    armByLabels: (labels) => armOf(labels, canary, stable),
    // where both fit, the one with more labels is meant
    isAmbiguous: () => false,
    defaults,
  }
}

const matchersOf = (labels: Labels): readonly Matcher[] =>
  Object.entries(labels).map(([name, value]) => equals(name, value))

/** The arm whose labels fit. Where both fit, the one with more labels is meant. */
function armOf(labels: Labels, canary: Labels, stable: Labels): Arm | undefined {
  const isCanary = fits(labels, canary)
  const isStable = fits(labels, stable)
  if (isCanary && isStable)
    return Object.keys(stable).length > Object.keys(canary).length ? 'stable' : 'canary'
  if (isCanary) return 'canary'
  return isStable ? 'stable' : undefined
}

function fits(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => (labels[name] ?? '') === value)
}

function filled(labels: Labels, subject: Workload): Labels {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [name, fillPlaceholders(value, subject)]),
  )
}
