import { z } from 'zod'
import type { Rollout, StepArgument, Template, TemplateArgument } from './argo-manifests.ts'

/** The state of a Rollout that its args can refer to. */
export interface RolloutState {
  readonly rollout: Rollout
  readonly stableHash: string
  readonly canaryHash: string
}

/** Values by name, all of them strings. */
export type Arguments = ReadonlyMap<string, string>

/** What the Rollout hands to a new AnalysisRun. A value given there replaces the template's, an empty one too. */
export function stepArguments(args: readonly StepArgument[], state: RolloutState): Arguments {
  return new Map(args.map((arg) => [arg.name, argumentValue(arg, state)]))
}

function argumentValue(arg: StepArgument, state: RolloutState): string {
  const from = arg.valueFrom
  if (from === undefined) return arg.value ?? ''
  if ('fieldRef' in from) return fieldValue(from.fieldRef.fieldPath, state.rollout)
  return from.podTemplateHashValue === 'Latest' ? state.canaryHash : state.stableHash
}

function fieldValue(path: string, { metadata }: Rollout): string {
  if (path === 'metadata.name') return metadata.name
  if (path === 'metadata.namespace') return metadata.namespace
  const [, map, key] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path) ?? []
  if (key === undefined) throw new Error(`expected a fieldPath of the metadata, got "${path}"`)
  // A label that is not there becomes an empty string without a word.
  return (map === 'labels' ? metadata.labels : metadata.annotations)[key] ?? ''
}

/** The args of an AnalysisRun; one that nobody gave keeps the Rollout from starting it. */
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

/** Puts args into every string of a metric. What comes out is a string, also where a number was meant. */
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
