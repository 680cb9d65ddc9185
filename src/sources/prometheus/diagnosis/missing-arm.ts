import type { Finding } from '../../../judge/ports/diagnosis.ts'
import type { Selection } from '../../../engine/model/policy.ts'
import type { Arm } from '../../../engine/model/recording.ts'
import type { Arms, Labels } from '../arms/arms.ts'
import { type Matcher, printMatcher } from '../queries/matcher.ts'
import { plainText } from '../client/plain-text.ts'
import type { Workload } from '../arms/preset-context.ts'
import { keyOfLabel } from '../arms/presets.ts'
import { listed, named, valuesOf } from './words.ts'

export interface MissingArm {
  readonly arm: Arm
  readonly arms: Arms
  readonly selection: Selection
  readonly subject: Workload
  /** Everything that the policy's own selector finds, whatever its workload. */
  readonly all: readonly Labels[]
}

export interface Cause extends Pick<Finding, 'code' | 'text'> {
  /** Where all series are, if in other namespaces. */
  readonly elsewhere?: string
}

/** Why none of the series that there are belongs to an arm: the first of the likely causes that explains it. */
export function missingArm(missing: MissingArm): Cause {
  const { all, arms } = missing
  const inPlace = seriesInPlace(all, arms)
  if (inPlace.length === 0) return wrongPlace(missing, commonMatchers(arms))
  return (
    unread(missing, inPlace) ??
    otherRevision(missing, inPlace) ??
    otherLabel(missing, inPlace) ??
    noSuchValue(missing, inPlace)
  )
}

/** What both arms have in common: the namespace, and whatever else a preset asks for. */
export function commonMatchers({ both, armLabels }: Arms): readonly Matcher[] {
  return both.filter(({ label }) => !armLabels.includes(label))
}

/** Those that have what both arms have in common, whatever their workload. */
export function seriesInPlace(all: readonly Labels[], arms: Arms): readonly Labels[] {
  const common = commonMatchers(arms)
  return all.filter((labels) => common.every((matcher) => fits(matcher, labels)))
}

function wrongPlace(missing: MissingArm, common: readonly Matcher[]): Cause {
  const { all, selection } = missing
  const failing = common.find((matcher) => !all.some((labels) => fits(matcher, labels)))
  if (failing === undefined) {
    const text = `each of ${common.map(printMatcher).join(', ')} fits some series, no series fits all of them`
    return { code: 'other-value', text }
  }
  const { label } = failing
  const isNamespace = label.includes('namespace')
  const wanted = printMatcher(failing)
  const [best] = labelsThatFit(all, label, (value) => value !== '' && matches(failing, value))
  if (best !== undefined) {
    const text = `${best.count} series have ${printMatcher({ ...failing, label: best.label })}, none has ${wanted}; ${advice(selection, label, best.label)}`
    return { code: isNamespace ? 'wrong-namespace' : 'other-label', text }
  }
  const values = valuesOf(all, label)
  const seen =
    values.length === 0
      ? `no series has a label ${label}, its labels are ${listed(Object.keys(all[0] ?? {}), 12)}; ${advice(selection, label)}`
      : `${label} is ${named(values)}; ${valueAdvice(selection, label)}`
  const text = `none of ${all.length} series has ${wanted}: ${seen}`
  if (values.length === 0) return { code: 'other-label', text }
  return isNamespace
    ? { code: 'wrong-namespace', text, elsewhere: `${label} is ${named(values)}` }
    : { code: 'other-value', text }
}

/** The arm is there, under another label than the one that is asked. */
function otherLabel({ arm, arms, selection }: MissingArm, inPlace: readonly Labels[]): Cause | undefined {
  const [label, ...more] = arms.armLabels.filter((name) =>
    arms.both.some((matcher) => matcher.label === name),
  )
  if (label === undefined || more.length > 0) return undefined
  const isArm = (value: string): boolean => arms.armOf({ [label]: value }) === arm
  // where any text fits, as for "not empty", the values tell nothing
  if (isArm('') || isArm('any text whatsoever')) return undefined
  const [best] = labelsThatFit(inPlace, label, isArm)
  if (best === undefined) return undefined
  const what = label.includes('pod') ? 'pods match' : 'it matches'
  const text = `${what} ${best.count} series with ${best.label}, none with ${label}; ${advice(selection, label, best.label)}`
  return { code: 'other-label', text }
}

/** Its series are there, and no slice ended while they gave samples. */
function unread({ arm, arms }: MissingArm, inPlace: readonly Labels[]): Cause | undefined {
  const count = inPlace.filter((labels) => arms.armOf(labels) === arm).length
  if (count === 0) return undefined
  const text = `${count} series of this arm ${count === 1 ? 'was' : 'were'} there, but not when a slice ended: too young, gone again, or of a kind that cannot be counted`
  return { code: 'gap', text }
}

/** The labels fit, and the pods behind them are of another revision. */
function otherRevision({ arm, arms, subject }: MissingArm, inPlace: readonly Labels[]): Cause | undefined {
  const { podLabel } = arms
  const others = inPlace.filter((labels) => arms.armByLabels(labels) === arm)
  if (podLabel === undefined || others.length === 0) return undefined
  const revision = arm === 'canary' ? subject.revision : subject.stableRevision
  const text = `${others.length} series fit its labels, none is of a pod with the revision "${revision}": ${podLabel} is ${named(valuesOf(others, podLabel))}`
  return { code: 'no-such-pods', text }
}

function noSuchValue(missing: MissingArm, inPlace: readonly Labels[]): Cause {
  const { arms, subject, selection } = missing
  const label = tellingLabel(selection) ?? arms.armLabels[0] ?? 'pod'
  const values = valuesOf(inPlace, label)
  if (values.length === 0) {
    const names = listed(Object.keys(inPlace[0] ?? {}), 12)
    const text = `no series has a label ${label}, its labels are ${names}; ${advice(selection, label)}`
    return { code: 'other-label', text }
  }
  const target = subject.params['target'] ?? subject.name
  const likely = values.toSorted((a, b) => Number(b.startsWith(target)) - Number(a.startsWith(target)))
  const text = `of the values of ${label} none is ${whoIs(missing)}: ${named(likely)}${hint(missing, values)}`
  return { code: 'no-such-pods', text }
}

/** Of the labels that a policy names itself, the first in which the arms differ. */
function tellingLabel(selection: Selection): string | undefined {
  if ('preset' in selection) return undefined
  const { canary, stable } = selection
  return Object.keys({ ...canary, ...stable }).find((name) => canary[name] !== stable[name])
}

function whoIs({ arm, subject, selection }: MissingArm): string {
  const { revision, stableRevision, params } = subject
  const byWorkload = stableRevision === undefined || params['controller'] === 'flagger'
  if (!('preset' in selection)) return `that of the ${arm}`
  if (byWorkload) {
    const target = params['target'] ?? subject.name
    return `of the ${arm} of ${arm === 'stable' ? `${target}-primary` : target}`
  }
  return `of the ${arm}'s revision "${arm === 'canary' ? revision : stableRevision}"`
}

/** Flagger copies the target under the name T-primary, and Argo's pods carry a hash: one taken for the other. */
function hint({ arm, subject }: MissingArm, values: readonly string[]): string {
  const { name, revision, stableRevision, params } = subject
  const target = params['target'] ?? name
  const hasPrimary = values.some((value) => value.startsWith(`${target}-primary`))
  const isFlagger = stableRevision === undefined || params['controller'] === 'flagger'
  const hash = arm === 'canary' ? revision : stableRevision
  if (!isFlagger && hasPrimary) {
    return `; ${target}-primary is how Flagger names the stable workload: leave the stable revision out, or set params.controller to flagger`
  }
  if (!isFlagger && hash !== undefined && values.some((value) => value.includes(`-${hash}-`))) {
    return `; pods of this revision are there, none of "${plainText(target)}": check the name, or set params.target`
  }
  if (isFlagger && !hasPrimary && arm === 'stable') {
    return `; Flagger names it ${target}-primary: set params.target to the name of the Deployment that the Canary targets, or give the stable revision if Argo runs it`
  }
  return ''
}

interface Fitting {
  readonly label: string
  readonly count: number
}

/** Other labels whose values fit, the one of most series first. */
function labelsThatFit(
  all: readonly Labels[],
  except: string,
  fit: (value: string) => boolean,
): readonly Fitting[] {
  const counts = new Map<string, number>()
  for (const labels of all) {
    for (const [label, value] of Object.entries(labels)) {
      if (label !== except && label !== '__name__' && fit(value))
        counts.set(label, (counts.get(label) ?? 0) + 1)
    }
  }
  return [...counts]
    .map(([label, count]) => ({ label, count }))
    .toSorted((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1))
}

function advice(selection: Selection, label: string, instead?: string): string {
  const key = keyOfLabel(selection, label)
  if (key === undefined) return `name ${instead ?? 'a label that is there'} in select`
  return instead === undefined ? `set labels.${key} to the right one` : `set labels.${key}: ${instead}`
}

/** Which parameter of a request a preset's matcher is made of. */
const paramOf: Readonly<Record<string, string>> = {
  ingress: 'ingress',
  service: 'service',
  workload: 'target',
  app: 'target',
}

function valueAdvice(selection: Selection, label: string): string {
  const key = keyOfLabel(selection, label)
  const param = key === undefined ? undefined : paramOf[key]
  if (param !== undefined) return `set params.${param}, or labels.${key}`
  if (label === 'reporter') return 'set params.reporter'
  return key === 'namespace' ? 'check the namespace, or set labels.namespace' : advice(selection, label)
}

function fits(matcher: Matcher, labels: Labels): boolean {
  return matches(matcher, labels[matcher.label] ?? '')
}

/** Patterns are ours, out of a preset; one that a policy writes is read by textsThatFit(). */
function matches({ op, value }: Matcher, actual: string): boolean {
  const same = op === '=' || op === '!=' ? actual === value : new RegExp(`^(?:${value})$`, 's').test(actual)
  return same === (op === '=' || op === '=~')
}
