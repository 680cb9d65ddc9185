import { z } from 'zod'
import type { Rollout, StepArgument, Template, TemplateArgument } from './manifests.ts'

/** The state of a Rollout that its args can refer to. */
export interface RolloutState {
  readonly rollout: Rollout
  readonly stableHash: string
  readonly canaryHash: string
  readonly status: RolloutStatus
}

/** The fields that args can use. A blue-green Rollout has no index, and one without a traffic router has no weights. */
export interface RolloutStatus {
  readonly currentStepIndex?: number
  readonly canary?: { readonly weights?: { readonly canary: { readonly weight: number } } }
}

/** The values of args by name. All values are strings. */
export type Arguments = ReadonlyMap<string, string>

/** The args that a Rollout gives to a new AnalysisRun. They replace the values of the template, even when they are empty. */
export function stepArguments(args: readonly StepArgument[], state: RolloutState): Arguments {
  const values = new Map<string, string>()
  let failure: string | undefined
  for (const { name, value = '', valueFrom } of args) {
    if (valueFrom === undefined) values.set(name, value)
    else if ('fieldRef' in valueFrom) {
      const read = fieldValue(valueFrom.fieldRef.fieldPath, state)
      values.set(name, typeof read === 'string' ? read : '')
      // A later field that can be read hides this failure, and this value stays empty.
      failure = typeof read === 'string' ? undefined : read.failure
    } else values.set(name, valueFrom.podTemplateHashValue === 'Latest' ? state.canaryHash : state.stableHash)
  }
  if (failure !== undefined) throw new Error(`the AnalysisRun cannot be made: ${failure}`)
  return values
}

type Read = string | { readonly failure: string }

function fieldValue(path: string, { rollout, status }: RolloutState): Read {
  if (!path.startsWith('metadata')) return anyField(path, { ...Object(rollout.document), status })
  const { metadata } = rollout
  if (path === 'metadata.name') return metadata.name
  if (path === 'metadata.namespace') return metadata.namespace
  const [, map, key] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path) ?? []
  if (key === undefined) throw new Error(`expected a fieldPath of the metadata, got "${path}"`)
  // A label that does not exist becomes an empty string, without an error.
  return (map === 'labels' ? metadata.labels : metadata.annotations)[key] ?? ''
}

/** Reads a path through the whole Rollout, with dots or brackets. It must lead to a plain value. */
function anyField(path: string, document: unknown): Read {
  let value: unknown = document
  for (const section of path.split(/[.[\]]+/)) {
    if (section === '') continue
    if (typeof value !== 'object' || value === null) return { failure: `invalid path ${path} in rollout` }
    value = Reflect.get(value, section)
  }
  if (value === undefined || value === null) return { failure: `invalid path ${path} in rollout` }
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`
  return { failure: `path ${path} in rollout must terminate in a primitive value` }
}

/** The args of an AnalysisRun. An arg without a value keeps the Rollout from starting the run. */
export function mergeArguments(
  template: Template,
  given: Arguments,
  secrets: Readonly<Record<string, string>>,
): Arguments | { readonly missingSecret: string } {
  const merged = new Map<string, string>()
  for (const arg of template.args) {
    const value = given.get(arg.name) ?? arg.value ?? secretValue(arg, secrets)
    if (value === undefined && arg.valueFrom === undefined)
      throw new Error(`args.${arg.name} was not resolved: neither the Rollout nor the template gives a value`)
    if (value === undefined) return { missingSecret: secretName(arg) }
    merged.set(arg.name, value)
  }
  return merged
}

const secretName = (arg: TemplateArgument): string =>
  `${arg.valueFrom?.secretKeyRef.name}/${arg.valueFrom?.secretKeyRef.key}`

const secretValue = (arg: TemplateArgument, secrets: Readonly<Record<string, string>>): string | undefined =>
  arg.valueFrom === undefined ? undefined : secrets[secretName(arg)]

const fields = z.record(z.string(), z.unknown())

/** Puts args into every string of a metric. The result is a string, also where a number was meant. */
export function substitute(value: unknown, args: Arguments): unknown {
  if (typeof value === 'string') return substituteText(value, args)
  if (Array.isArray(value)) return value.map((one) => substitute(one, args))
  const object = fields.safeParse(value)
  if (!object.success) return value
  return Object.fromEntries(Object.entries(object.data).map(([key, one]) => [key, substitute(one, args)]))
}

const substituteText = (text: string, args: Arguments): string =>
  text.replace(/\{\{(.*?)\}\}/g, (tag, name: string) => {
    const trimmed = name.trim()
    const value = trimmed.startsWith('args.') ? args.get(trimmed.slice('args.'.length)) : undefined
    if (value === undefined) throw new Error(`failed to resolve ${tag}`)
    return value
  })
