import { metricKind } from '../../formats/policy/metric-schema.ts'
import { z } from 'zod'
import type { Diagnosis } from '../../judge/ports/diagnosis.ts'
import type { Policy } from '../../engine/model/policy.ts'
import { AppError, type FieldIssue } from '../../errors.ts'
import { invalidInput } from '../../formats/mistakes/invalid-input.ts'
import { probeSource } from '../../judge/judge.ts'
import type { Clock, MetricSource } from '../../judge/ports/ports.ts'
import type { Caller } from '../../http/auth/caller.ts'
import { nameField, namespaceField, text } from '../../http/schemas/fields.ts'

export interface ProbeDeps {
  /** Undefined = none is configured. */
  readonly source: () => MetricSource | undefined
  readonly clock: Clock
  /** The time limit of a whole probe. */
  readonly probeMs?: number
}

const defaultProbeMs = 8000
const defaultMinutes = 30

export const probeQuery = z.strictObject({
  namespace: namespaceField
    .exactOptional()
    .describe('With name: also asks the sources what the policy would get'),
  name: nameField.exactOptional(),
  canary: text(253).exactOptional().describe('Revision of the canary; Flagger needs none'),
  stable: text(253).exactOptional().describe('Revision of stable; without it Flagger is assumed'),
  params: text(2000)
    .exactOptional()
    .describe('Parameters that the policy needs, such as service=web,port=80'),
  minutes: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'expected a whole number from 1 to 1440')
    .transform(Number)
    .pipe(z.int().max(1440))
    .exactOptional()
    .describe('How far back to look, 30 by default'),
})

const count = z.strictObject({ series: z.int(), samples: z.int() })
const finding = z
  .strictObject({
    level: z.enum(['error', 'warning', 'note']),
    code: z.string(),
    text: z.string().describe('The likely cause, and what to do'),
  })
  .meta({ id: 'Finding' })

export const diagnosisSchema = z
  .strictObject({
    ok: z.boolean().describe('Nothing is missing that a verdict needs'),
    at: z.string(),
    minutes: z.int(),
    findings: z.array(finding).describe('Findings about whole sources'),
    metrics: z.array(
      z.strictObject({
        name: z.string(),
        kind: metricKind,
        required: z.boolean(),
        source: z.string(),
        queries: z.array(
          z.strictObject({
            of: z.string(),
            query: z.string(),
            arms: z.strictObject({ canary: count, stable: count }),
          }),
        ),
        labels: z
          .array(z.strictObject({ name: z.string(), values: z.array(z.string()), count: z.int() }))
          .describe('Labels of the series of both arms; at most five values each'),
        findings: z.array(finding),
      }),
    ),
  })
  .meta({ id: 'Diagnosis' })

type Query = z.output<typeof probeQuery>

/** Finds out which data the policy would get from the configured sources; undefined where no workload is named. */
export async function probe(
  policy: Policy,
  query: Query,
  request: { readonly caller: Caller; readonly signal: AbortSignal },
  { source, clock, probeMs = defaultProbeMs }: ProbeDeps,
): Promise<Diagnosis | undefined> {
  const { namespace, name, canary, stable, params, minutes = defaultMinutes } = query
  if (namespace === undefined && name === undefined) {
    refuse(Object.keys(query).map((path) => ({ path, message: 'expected namespace and name beside it' })))
    return undefined
  }
  if (namespace === undefined || name === undefined) {
    const path = namespace === undefined ? 'namespace' : 'name'
    throw refused([{ path, message: 'expected namespace and name together, got one of them' }])
  }
  checkUnlimited(request.caller)
  const diagnosis = await probeSource(source(), {
    policy,
    namespace,
    name,
    canary,
    stable,
    params: readParams(params),
    until: clock.now(),
    minutes,
    signal: AbortSignal.any([request.signal, AbortSignal.timeout(probeMs)]),
  })
  if (diagnosis !== undefined) return diagnosis
  throw new AppError('unprocessable', 'expected a configured source to probe, got none')
}

/**
 * Refuses tokens that are limited to namespaces: the policy comes with the request, so its selectors can reach every
 * namespace.
 */
function checkUnlimited({ namespaces, authenticated, local }: Caller): void {
  if (!authenticated && local === undefined)
    throw new AppError('forbidden', 'expected a token to probe a source, got none')
  if (namespaces === undefined) return
  throw new AppError('forbidden', 'expected a token for all namespaces to probe a source, got a limited one')
}

function readParams(written: string | undefined): Readonly<Record<string, string>> {
  const params: Record<string, string> = {}
  for (const pair of written?.split(',') ?? []) {
    const [, key, value] = /^([A-Za-z_]\w{0,62})=(.*)$/.exec(pair) ?? []
    if (key === undefined || value === undefined || key === '__proto__') {
      throw refused([{ path: 'params', message: 'expected key=value, with a comma between two' }])
    }
    params[key] = value
  }
  return params
}

function refuse(issues: readonly FieldIssue[]): void {
  if (issues.length > 0) throw refused(issues)
}

const refused = (issues: readonly FieldIssue[]): AppError =>
  invalidInput('bad-request', 'invalid query', issues, issues.length)
