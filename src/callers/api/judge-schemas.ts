import { metricKind } from '../../formats/policy/metric-schema.ts'
import { winnerAnswers } from '../../engine/model/verdict.ts'
import { z } from 'zod'
import { labelsField, nameField, namespaceField, text, paramName } from '../../http/schemas/fields.ts'
import { decisionSchema } from './history-schemas.ts'

const printable = /^[^\p{Cc}\p{Cs}]*$/u
// Empty revisions are refused later, together with equal ones.
const revision = z.string().max(253).regex(printable, 'expected text without control characters')
const arm = (description: string) =>
  z
    .union([revision.transform((name) => ({ revision: name })), z.strictObject({ revision })])
    .describe(`${description}: a revision, alone or as {revision}`)
const time = (description: string) =>
  z.iso
    .datetime({ offset: true, error: 'expected a time such as 2026-11-20T10:00:00Z' })
    .transform((value) => Date.parse(value))
    .describe(description)
const weight = z.number().min(0).max(100)

const stepSchema = z.strictObject({
  index: z.int().min(0).max(999).describe('Zero-based'),
  of: z.int().min(1).max(1000).exactOptional().describe('How many steps the plan has'),
  weight: weight.exactOptional().describe('Percent of the traffic that goes to the canary'),
  next: weight.exactOptional().describe('The weight that follows'),
  minutes: z.number().positive().max(10_080).exactOptional().describe('Planned length'),
})

export const judgeRequestSchema = z
  .strictObject({
    policy: z
      .union([text(253), z.looseObject({})])
      .exactOptional()
      .describe(
        'Name of a loaded policy; beside a recording also the policy itself. Default: the default policy',
      ),
    namespace: namespaceField.exactOptional().describe('May be left out beside a recording'),
    name: nameField.exactOptional().describe('May be left out beside a recording'),
    canary: arm('What is judged').exactOptional(),
    stable: arm('What it is compared with').exactOptional(),
    params: z
      .record(paramName, z.string().max(253))
      .refine((params) => Object.keys(params).length <= 20, 'expected at most 20 params')
      .exactOptional()
      .describe('Parameters that the policy needs, such as service or ingress'),
    labels: labelsField.exactOptional(),
    step: stepSchema.exactOptional(),
    start: time('When the rollout began; default: found in the data').exactOptional(),
    at: z
      .union([
        time('a moment').transform((ms) => ({ ms })),
        z
          .int()
          .min(0)
          .transform((slice) => ({ slice })),
      ])
      .exactOptional()
      .describe('The moment to judge at, or beside a recording the last slice; default: now, or its end'),
    keep: z
      .boolean()
      .exactOptional()
      .describe(
        'Whether the look opens runs and steps and is kept, as that of a pipeline; default: a look by hand, which sees the run of the controller and changes nothing. A recording is always kept',
      ),
    recording: z
      .looseObject({})
      .exactOptional()
      .describe('All data of a rollout; Prometheus is then not asked'),
  })
  .meta({ id: 'JudgeRequest' })

const outcome = z.enum(['pass', 'fail', 'inconclusive'])
const reasonSchema = z
  .strictObject({
    code: z.string().describe('One of a closed list, explained in docs/statistics.md'),
    metric: z.string().optional(),
    text: z.string(),
  })
  .meta({ id: 'Reason' })
const winnerAnswer = z.enum(winnerAnswers)
const armNumbers = z.strictObject({
  events: z.number().optional(),
  of: z.number().optional(),
  value: z.number().optional().describe('Share of requests, quantile in seconds, or mean level'),
  pods: z.number().optional(),
})

const interval = z.strictObject({ estimate: z.number(), low: z.number(), high: z.number() })

const metricSchema = z
  .strictObject({
    name: z.string(),
    kind: metricKind,
    judged: outcome,
    required: z.boolean(),
    canary: armNumbers,
    stable: armNumbers,
    ratio: interval.optional().describe('Canary divided by stable; 1 = equal'),
    difference: interval
      .optional()
      .describe('Canary minus stable in its own unit, for a series that is compared by the difference'),
    harm: z.enum(['up', 'down']).optional().describe('The direction in which a series is worse'),
    bounds: z.array(z.number()).optional().describe('Bucket bounds that latency was judged at, in seconds'),
    evidence: z.number().describe('E-value of harm'),
    winner: winnerAnswer.optional().describe('With `decide: winner`: which arm is better in this metric'),
    passEvidence: z.number().optional().describe('E-value of being within the margin'),
    tolerance: z.number().describe('Fails when shown to be beyond it'),
    margin: z.number().optional().describe('Passes when shown to be within it'),
    neededMinutes: z
      .number()
      .optional()
      .describe('Minutes of traffic like the present until it can be judged'),
    dispersion: z.number().optional().describe('How many times noisier than independent requests'),
    reasons: z.array(reasonSchema),
  })
  .meta({ id: 'MetricVerdict' })

export const judgementSchema = z
  .strictObject({
    id: z.string().describe('The same look at the same data has the same id'),
    run: z.string().describe('Id of the run'),
    policy: z
      .strictObject({ name: z.string(), digest: z.string() })
      .optional()
      .describe('The policy that was used'),
    judged: outcome.describe('What the statistics say'),
    verdict: outcome.describe('The answer, after rules and decisions'),
    score: z.number().describe('0 fail, 50 no evidence, 100 pass'),
    summary: z.string().describe('One line, under 200 characters'),
    reasons: z.array(reasonSchema).describe('The most important first'),
    metrics: z.array(metricSchema),
    step: z
      .strictObject({
        index: z.int().describe('Zero-based'),
        weight: z.number().optional(),
        next: z.number().optional(),
        slice: z.int().describe('Its first slice'),
        ends: z.int().optional().describe('The first slice after it'),
        atGate: z.boolean().describe('Whether this is the look at its end'),
        passed: z.boolean().describe('Whether it has passed, now or before'),
      })
      .optional(),
    winner: z
      .strictObject({
        answer: winnerAnswer,
        error: z.number().optional().describe('The chance of such an answer where it is wrong, at most'),
        text: z.string().describe('What the error means'),
      })
      .optional()
      .describe('With `decide: winner`: which arm is better'),
    window: z.strictObject({
      from: z.string().describe('When the rollout began'),
      to: z.string().describe('End of the last slice looked at'),
      at: z.int().describe('The last slice looked at'),
    }),
    decisions: z.array(decisionSchema).describe('The decisions in force'),
    kept: z.boolean().describe('Whether the verdict was durable in the store when it was answered'),
    notKept: z
      .enum(['by-hand'])
      .optional()
      .describe('Why nothing was kept, where that is not because of the store: the request had no `keep`'),
    data: z
      .enum(['stored', 'source'])
      .optional()
      .describe('With `at`: judged from a recording that was kept, or from what Prometheus has today'),
    links: z
      .strictObject({
        run: z.string().optional(),
        verdict: z.string().optional(),
        recording: z.string().optional(),
      })
      .describe('Addresses of what was kept'),
  })
  .meta({ id: 'Judgement' })
