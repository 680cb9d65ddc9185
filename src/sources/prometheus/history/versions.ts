import type { MetricPolicy, Policy, Selection } from '../../../engine/model/policy.ts'
import { AppError } from '../../../errors.ts'
import { armsOf } from '../arms/presets.ts'
import { armsWhere } from '../arms/arms-where.ts'
import type { Arms, Labels } from '../arms/arms.ts'
import { podPattern, revisionOfPod } from '../arms/pod-names.ts'
import type { Workload } from '../arms/preset-context.ts'
import { type Matcher, printMatcher } from '../queries/matcher.ts'

export type HistorySubject = Pick<Workload, 'namespace' | 'name' | 'params'>

/** How to tell from the labels of a series which version of a workload it is of. */
export interface Versions {
  /** Whether versions have names of their own, such as a template hash; otherwise they are `canary` and `stable`. */
  readonly named: boolean
  readonly labels: readonly string[]
  readonly arms: Arms
  readonly versionOf: (labels: Labels) => string | undefined
}

/** Two pairs of revisions that no workload has. What differs between their arms is where a revision stands. */
const pretended = { revision: 'zzzzz', stableRevision: 'xxxxx' }
const otherPretended = { revision: 'wwwww', stableRevision: 'vvvvv' }

export function versionsOf(policy: Policy, metric: MetricPolicy, subject: HistorySubject): Versions {
  const select = metric.select ?? policy.select
  const arms = armsFor(policy, select, { ...subject, ...pretended })
  const others = armsFor(policy, select, { ...subject, ...otherPretended })
  const same = new Set(others.both.map(printMatcher))
  const differing = arms.both.filter((matcher) => !same.has(printMatcher(matcher)))
  const [first, ...more] = differing
  if (first === undefined) {
    return { named: false, labels: arms.armLabels, arms, versionOf: (labels) => arms.armOf(labels) }
  }
  if (more.length > 0 || others.both.length !== arms.both.length) {
    const got = differing.map(({ label }) => label).join(' and ')
    throw new AppError(
      'bad-request',
      `select: expected revisions in one label, so that past rollouts can be found, got ${got}`,
    )
  }
  return named(arms, first, subject)
}

function named(arms: Arms, { label }: Matcher, { name, params }: HistorySubject): Versions {
  const workload = params['target'] ?? name
  const ofPod = label === arms.podLabel
  const any: Matcher = ofPod
    ? { label, op: '=~', value: podPattern(workload, { kind: 'deployment' }) }
    : { label, op: '!=', value: '' }
  return {
    named: true,
    labels: [label],
    arms: { ...arms, both: arms.both.map((matcher) => (matcher.label === label ? any : matcher)) },
    versionOf: (labels) => {
      const value = labels[label] ?? ''
      if (ofPod) return revisionOfPod(value, workload)
      return value === '' ? undefined : value
    },
  }
}

function armsFor(policy: Policy, select: Selection, workload: Workload): Arms {
  return armsWhere({ ...policy.select.where, ...select.where }, armsOf(select, workload), workload)
}
