import { z } from 'zod'
import type { FieldIssue } from '../../errors.ts'
import { parseDuration } from '../../formats/policy/amounts.ts'
import { invalidInput } from '../../formats/mistakes/invalid-input.ts'
import { nearestKey } from '../../formats/mistakes/nearest-key.ts'
import { labelsField, nameField, namespaceField } from '../../http/schemas/fields.ts'
import { expectedWeights, parseWeights } from '../parse-weights.ts'

/** The types of Flagger's webhooks, which are also the last part of our paths. */
export const hookTypes = [
  'confirm-rollout',
  'pre-rollout',
  'rollout',
  'confirm-traffic-increase',
  'confirm-promotion',
  'post-rollout',
  'rollback',
  'event',
] as const

export type HookType = (typeof hookTypes)[number]

const printable = /^[^\p{Cc}\p{Cs}]*$/u
const word = z.string().max(253).regex(printable, 'expected text without control characters')

/** What Flagger sends. Fields that a later version of Flagger adds are no mistake. */
export const flaggerSchema = z
  .looseObject({
    name: nameField.describe('Name of the Canary'),
    namespace: namespaceField,
    phase: z.string().max(64).exactOptional().describe('Progressing, Succeeded, Failed …'),
    checksum: word.exactOptional().describe('The revision; at confirm-rollout the one before'),
    metadata: z
      .record(z.string().max(253), z.string())
      .exactOptional()
      .describe(
        'From the manifest: policy, target, service, port, ingress, and steps ("5,25,50"), minutes (of a step), interval ("1m"), selected (how users are chosen), label.image, label.commit and others for people',
      ),
  })
  .meta({ id: 'FlaggerRequest', description: 'What Flagger posts to a webhook' })

/** One call of a hook, in our words. */
export interface HookCall {
  readonly namespace: string
  readonly name: string
  readonly phase: string
  readonly revision: string
  readonly policy: string | undefined
  /** The parameters that presets need. */
  readonly params: Readonly<Record<string, string>>
  /** From the keys that begin with `label.`. */
  readonly labels: Readonly<Record<string, string>>
  /** The weights of the plan, ascending; empty = unknown. */
  readonly weights: readonly number[]
  readonly stepMinutes: number | undefined
  readonly intervalMs: number | undefined
  /** How the canary's users are selected. */
  readonly selected: string | undefined
  readonly eventMessage: string
}

const ownKeys = new Set([
  'policy',
  'steps',
  'minutes',
  'interval',
  'selected',
  'eventMessage',
  'eventType',
  'timestamp',
])
/** Hooks that look at one revision, and need the checksum to know which. */
const needChecksum: ReadonlySet<HookType> = new Set([
  'pre-rollout',
  'rollout',
  'confirm-traffic-increase',
  'confirm-promotion',
  'rollback',
])

export function toHookCall(body: z.output<typeof flaggerSchema>, hook: HookType): HookCall {
  const { name, namespace, phase = '', checksum = '', metadata = {} } = body
  const issues: FieldIssue[] = []
  if (checksum === '' && needChecksum.has(hook)) {
    issues.push({ path: 'checksum', message: 'expected the checksum of a revision, got none' })
  }
  const read = <T>(key: string, expected: string, parse: (text: string) => T | undefined): T | undefined => {
    const text = Object.hasOwn(metadata, key) ? (metadata[key] ?? '').trim() : ''
    if (text === '') return undefined
    const value = parse(text)
    if (value === undefined) {
      issues.push({ path: `metadata.${key}`, message: `expected ${expected}, got "${text.slice(0, 60)}"` })
    }
    return value
  }
  const call = {
    namespace,
    name,
    phase,
    revision: checksum,
    policy: read('policy', 'the name of a policy', (text) => word.safeParse(text).data),
    params: paramsOf(metadata, issues),
    labels: labelsOf(metadata, issues),
    weights: read('steps', expectedWeights, parseWeights) ?? [],
    stepMinutes: read('minutes', 'minutes such as "10"', parseMinutes),
    intervalMs: read('interval', 'a duration such as "1m"', parseInterval),
    selected: read('selected', 'at most 120 characters', (text) =>
      text.length <= 120 ? word.safeParse(text).data : undefined,
    ),
    eventMessage: metadata['eventMessage'] ?? '',
  }
  if (issues.length > 0) throw invalidInput('bad-request', 'invalid body', issues, issues.length)
  return call
}

const maxParams = 30

function paramsOf(
  metadata: Readonly<Record<string, string>>,
  issues: FieldIssue[],
): Readonly<Record<string, string>> {
  const params = Object.entries(metadata).filter(
    ([key, value]) => !ownKeys.has(key) && !key.startsWith(labelPrefix) && value !== '',
  )
  if (params.length > maxParams) {
    const message = `expected at most ${maxParams} parameters, got ${params.length}`
    issues.push({ path: 'metadata', message })
  }
  for (const [key] of params) {
    if (Object.hasOwn(metadata, 'policy') || nearestKey(key, ['policy']) === undefined) continue
    issues.push({ path: `metadata.${key}`, message: `unknown key "${key}", did you mean policy?` })
  }
  for (const [key, value] of params) {
    if (word.safeParse(value).success) continue
    const message = 'expected at most 253 characters without control characters'
    issues.push({ path: `metadata.${key}`, message })
  }
  return Object.fromEntries(params)
}

const labelPrefix = 'label.'

function labelsOf(
  metadata: Readonly<Record<string, string>>,
  issues: FieldIssue[],
): Readonly<Record<string, string>> {
  const written = Object.entries(metadata)
    .filter(([key]) => key.startsWith(labelPrefix))
    .map(([key, value]) => [key.slice(labelPrefix.length), value] as const)
  const labels = labelsField.safeParse(Object.fromEntries(written))
  if (labels.success) return labels.data
  for (const { path, message } of labels.error.issues) {
    issues.push({ path: `metadata.${labelPrefix}${path.map(String).join('.')}`, message })
  }
  return {}
}

const plainNumber = /^\d{1,6}(\.\d{1,6})?$/
const longestStepMinutes = 10_080

function parseMinutes(text: string): number | undefined {
  const value = plainNumber.test(text) ? Number(text) : 0
  return value > 0 && value <= longestStepMinutes ? value : undefined
}

const longestIntervalSeconds = 86_400

function parseInterval(text: string): number | undefined {
  const seconds = parseDuration(text) ?? 0
  return seconds > 0 && seconds <= longestIntervalSeconds ? seconds * 1000 : undefined
}
