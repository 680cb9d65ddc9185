import { z } from 'zod'
import type { FieldIssue } from '../../errors.ts'
import { invalidInput } from '../../formats/mistakes/invalid-input.ts'
import type { JudgeRequest, NamedStep, PlannedStep } from '../../judge/model/judge-request.ts'
import { labelsField, nameField, namespaceField, paramName, text } from '../../http/schemas/fields.ts'
import { expectedWeights, parseWeights } from '../parse-weights.ts'

// Every value from args is a string, and an optional arg that is not set is an empty one.
const empty = z.literal('')
const printable = /^[^\p{Cc}\p{Cs}]*$/u
const numeric = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,9})?$/, 'expected a number such as "5" or "0.5"')
  .transform(Number)

const number = (description: string, { from, to, whole = false }: NumberRange) => {
  const inRange = z.number().min(from).max(to)
  const checked = whole ? inRange.refine(Number.isInteger, 'expected a whole number') : inRange
  return z
    .union([empty, numeric.pipe(checked), checked])
    .exactOptional()
    .describe(description)
}

interface NumberRange {
  readonly from: number
  readonly to: number
  readonly whole?: boolean
}

// Empty hashes are refused later, together with equal ones.
const hashField = (description: string) =>
  z
    .string()
    .max(253)
    .regex(printable, 'expected text without control characters')
    .transform((value) => value.trim())
    .describe(description)
const weightsField = z
  .union([
    empty,
    z
      .string()
      .refine((value) => parseWeights(value) !== undefined, `expected ${expectedWeights}`)
      .transform((value) => parseWeights(value) ?? []),
  ])
  .exactOptional()
const optionalText = (maxLength: number) => z.union([empty, text(maxLength)]).exactOptional()
const param = (description: string) => optionalText(253).describe(`For policies that need it: ${description}`)

/** The parameters that presets need, in addition to the names. */
const paramFields = {
  target: param('the workload, if its name differs from the Rollout'),
  service: param('the service'),
  canaryService: param("the canary's service"),
  stableService: param("the stable version's service"),
  canaryVersion: param("the canary's version label"),
  stableVersion: param("the stable version's version label"),
  port: param('the port of the service'),
  ingress: param('the ingress'),
  provider: param('the provider in names of Traefik services'),
  reporter: param('source or destination, which side of Istio counts'),
}

export const argoRequestSchema = z
  .strictObject({
    namespace: namespaceField,
    name: nameField.describe('Name of the Rollout'),
    canaryHash: hashField('podTemplateHashValue: Latest'),
    stableHash: hashField('podTemplateHashValue: Stable'),
    policy: optionalText(253).describe('Name of a loaded policy; default: the default policy'),
    index: number('`status.currentStepIndex`: another index is another step of the plan in `steps`', {
      from: 0,
      to: 1000,
      whole: true,
    }),
    steps: weightsField.describe('The weights that are analysed, ascending; read where `index` is given'),
    step: number('Which analysis step this is, counted from 1; in place of `index`', {
      from: 1,
      to: 1000,
      whole: true,
    }),
    of: number('How many analysis steps there are', { from: 1, to: 1000, whole: true }),
    weight: number('Percent of the traffic that goes to the canary', { from: 0, to: 100 }),
    next: number('The weight that follows', { from: 0, to: 100 }),
    minutes: number('Planned length of the step', { from: 0.1, to: 10_080 }),
    looks: number('`count` of the template; fewer than `minutes` + hold + 4 are reported', {
      from: 1,
      to: 100_000,
      whole: true,
    }),
    selected: optionalText(120).describe(
      "How the canary's requests are chosen, such as `header x-insider`; for a remark in the verdict",
    ),
    start: z
      .union([empty, z.iso.datetime({ offset: true, error: 'expected a time such as 2026-11-20T10:00:00Z' })])
      .exactOptional()
      .describe('When the rollout began; default: found in the data'),
    labels: labelsField.exactOptional(),
    ...paramFields,
    params: z
      .record(paramName, z.string().max(253).regex(printable, 'expected text without control characters'))
      .refine((params) => Object.keys(params).length <= 20, 'expected at most 20 params')
      .exactOptional()
      .describe('The values of the words in braces in your own selection'),
  })
  .meta({ id: 'ArgoRequest', description: 'What an AnalysisTemplate sends; "" is the same as absent' })

export type ArgoRequest = z.output<typeof argoRequestSchema>

/** The look of this request. Refuses contradictions, and names the field to correct. */
export function toJudgeRequest(body: ArgoRequest): JudgeRequest {
  const {
    namespace,
    name,
    canaryHash,
    stableHash,
    policy,
    start,
    selected,
    index,
    steps,
    step,
    of,
    weight,
    next,
    minutes,
    looks,
    labels,
    ...more
  } = body
  const stepFields = { step, of, weight, next, minutes, looks }
  const plan = { index, steps }
  const issues = [...wrongHashes({ canaryHash, stableHash }), ...wrongStep(stepFields, plan)]
  if (issues.length > 0) throw invalidInput('unprocessable', 'invalid body', issues, issues.length)
  const named = namedStep(stepFields)
  const planned = named === undefined ? plannedStep(plan, stepFields) : undefined
  const params = paramsOf(more)
  return {
    caller: 'argo',
    namespace,
    name,
    revision: canaryHash,
    stableRevision: stableHash,
    ...(given(policy) && { policy }),
    ...(Object.keys(params).length > 0 && { params }),
    ...(labels !== undefined && { labels }),
    ...(named !== undefined && { step: named }),
    ...(planned !== undefined && { planned }),
    ...(given(selected) && { selected }),
    ...(given(start) && { start: Date.parse(start) }),
  }
}

type StepFields = Pick<ArgoRequest, 'step' | 'of' | 'weight' | 'next' | 'minutes' | 'looks'>
type PlanFields = Pick<ArgoRequest, 'index' | 'steps'>
type Given<T> = { readonly [K in keyof T]: T[K] | undefined }

function wrongHashes(hashes: Pick<ArgoRequest, 'canaryHash' | 'stableHash'>): readonly FieldIssue[] {
  const { canaryHash, stableHash } = hashes
  // a fieldRef with a mistake silently becomes an empty string
  const empties = (['canaryHash', 'stableHash'] as const).filter((path) => hashes[path] === '')
  if (empties.length > 0) {
    return empties.map((path) => ({ path, message: 'expected a pod template hash, got ""' }))
  }
  if (canaryHash !== stableHash) return []
  // with equal hashes both arms would be the same pods, and every canary would pass
  const message = `expected another hash than that of the canary, got "${canaryHash}" for both`
  return [{ path: 'stableHash', message }]
}

function wrongStep(fields: Given<StepFields>, { index, steps }: Given<PlanFields>): readonly FieldIssue[] {
  const { step, of, next } = fields
  if (given(step)) {
    if (!given(of) || step <= of) return []
    return [{ path: 'step', message: `expected a step from 1 to ${of}, got ${step}` }]
  }
  if (given(index) && !given(steps)) {
    return [{ path: 'steps', message: `expected ${expectedWeights} beside "index", got nothing` }]
  }
  if (given(steps) && !given(index)) {
    const message = 'expected the number of the step, from fieldRef status.currentStepIndex, got nothing'
    return [{ path: 'index', message }]
  }
  const needStep = given(index) ? { of, next } : fields
  const orphan = Object.entries(needStep).find(([, value]) => given(value))
  if (orphan === undefined) return []
  return [
    { path: 'step', message: `expected the number of the step that "${orphan[0]}" is for, got nothing` },
  ]
}

function namedStep({ step, of, weight, next, minutes, looks }: Given<StepFields>): NamedStep | undefined {
  if (!given(step)) return undefined
  return {
    index: step - 1,
    ...(given(of) && { of }),
    ...(given(weight) && { weight }),
    ...(given(next) && { next }),
    ...(given(minutes) && { minutes }),
    ...(given(looks) && { looks }),
  }
}

function plannedStep(
  { index, steps }: Given<PlanFields>,
  { weight, minutes, looks }: Given<StepFields>,
): PlannedStep | undefined {
  if (!given(index) || !given(steps)) return undefined
  return {
    callerIndex: index,
    weights: steps,
    ...(given(weight) && { weight }),
    ...(given(minutes) && { minutes }),
    ...(given(looks) && { looks }),
  }
}

function paramsOf({
  params = {},
  ...fields
}: Pick<ArgoRequest, 'params' | keyof typeof paramFields>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries({ ...params, ...fields }).filter(([, value]) => value !== ''))
}

const given = <T>(value: T | '' | undefined): value is T => value !== undefined && value !== ''
