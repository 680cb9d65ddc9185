import { AppError } from '../../../errors.ts'

/** The workload that is judged. Presets make their matchers from it. */
export interface Workload {
  readonly namespace: string
  readonly name: string
  readonly revision: string
  readonly stableRevision?: string
  readonly params: Readonly<Record<string, string>>
}

export interface PresetContext extends Workload {
  /** The name of a label. Undefined where the policy says that the series lack it. */
  label(key: string): string | undefined
  /** The name of a label that the preset needs. */
  neededLabel(key: string): string
  /** A parameter; absent and empty are the same. */
  param(key: string): string | undefined
  readonly targetLabels: readonly string[]
  /** The workload that the canary's pods belong to. */
  readonly target: string
  readonly service: string
  /** Argo's revisions have hashes; Flagger's have names of their own. */
  readonly controller: 'argo' | 'flagger'
}

const TARGET_LABELS = { job: 'job', instance: 'instance', container: 'container' } as const

export function presetContext(
  subject: Workload,
  preset: string,
  labels: {
    readonly defaults: Readonly<Record<string, string>>
    readonly given: Readonly<Record<string, string>>
  },
): PresetContext {
  const names: Readonly<Record<string, string>> = { ...TARGET_LABELS, ...labels.defaults, ...labels.given }
  const known = labelKeys(labels.defaults)
  const unknown = Object.keys(labels.given).find((key) => !known.includes(key))
  if (unknown !== undefined) {
    throw new AppError(
      'bad-request',
      `select.labels.${unknown}: expected one of ${known.join(', ')} for preset ${preset}`,
    )
  }
  const label = (key: string): string | undefined => (names[key] === '' ? undefined : names[key])
  const param = (key: string): string | undefined => {
    const value = Object.hasOwn(subject.params, key) ? subject.params[key] : undefined
    return value === '' ? undefined : value
  }
  return {
    ...subject,
    label,
    neededLabel: (key) => {
      const name = label(key)
      if (name !== undefined) return name
      throw new AppError(
        'bad-request',
        `select.labels.${key}: expected the name of a label for preset ${preset}`,
      )
    },
    param,
    targetLabels: Object.keys(TARGET_LABELS).flatMap((key) => label(key) ?? []),
    target: param('target') ?? subject.name,
    service: param('service') ?? param('target') ?? subject.name,
    controller: controllerOf(subject, param('controller')),
  }
}

/** The labels that a policy may rename. */
export function labelKeys(defaults: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys({ ...TARGET_LABELS, ...defaults }).toSorted()
}

function controllerOf(subject: Workload, given: string | undefined): 'argo' | 'flagger' {
  if (given === undefined) return subject.stableRevision === undefined ? 'flagger' : 'argo'
  if (given === 'argo' || given === 'flagger') return given
  throw new AppError(
    'bad-request',
    `params.controller: expected argo or flagger, got "${given.slice(0, 50)}"`,
  )
}

/** Argo's stable revision, without which its arms cannot be distinguished. */
export function stableRevisionOf(context: PresetContext, preset: string): string {
  const { stableRevision } = context
  if (stableRevision !== undefined && stableRevision !== '') return stableRevision
  throw new AppError('bad-request', `stable.revision: expected a revision for preset ${preset}, got none`)
}
