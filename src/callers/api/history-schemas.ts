import { z } from 'zod'
import { gateChangeSchema } from '../flagger/gates/gate-schemas.ts'

const outcome = z.enum(['pass', 'fail', 'inconclusive'])
const time = z.iso.datetime().describe('RFC 3339, UTC')

const runSchema = z
  .strictObject({
    id: z.string(),
    source: z.string(),
    namespace: z.string(),
    name: z.string(),
    revision: z.string(),
    stableRevision: z.string().optional(),
    policy: z.string(),
    policyDigest: z.string(),
    open: z.boolean(),
    start: time,
    openedAt: time,
    lastLookAt: time,
    closedAt: time.optional(),
    gates: z.int().optional().describe('Number of gates, fixed at the first look'),
    firstFailAt: time.optional().describe('When the statistics first said fail'),
    ending: z.string().optional(),
    lastHook: z
      .string()
      .optional()
      .describe("Flagger's latest hook, and what the run remembers about earlier hooks"),
    lastHookAt: time.optional(),
    params: z
      .record(z.string(), z.string())
      .optional()
      .describe('The other parameters of the caller, such as service or ingress'),
    labels: z
      .record(z.string(), z.string())
      .optional()
      .describe('What the caller sent for people, such as image and commit'),
  })
  .meta({ id: 'Run' })

export const runPageSchema = z
  .strictObject({
    runs: z.array(runSchema),
    next: z.string().optional().describe('Send it as `after` to get the next page'),
  })
  .meta({ id: 'RunPage' })

const stepSchema = z
  .strictObject({
    index: z.int(),
    weight: z.number().optional(),
    next: z.number().optional(),
    startedAt: time,
    endsAt: time,
    passedAt: time.optional(),
  })
  .meta({ id: 'Step' })

const lookSchema = z
  .strictObject({
    id: z.string(),
    at: time.describe('End of the last slice looked at'),
    createdAt: time,
    judged: outcome.describe('What the statistics said'),
    verdict: outcome.describe('What was answered'),
    score: z.number(),
    summary: z.string(),
    kept: z.literal(false).optional().describe('The store was away: answered first, and written later'),
    links: z.strictObject({ verdict: z.string(), recording: z.string().optional() }),
  })
  .meta({ id: 'Look' })

export const decisionSchema = z
  .strictObject({
    id: z.string(),
    namespace: z.string(),
    name: z.string(),
    run: z.string().optional().describe('Absent: the decision applies to the next run that opens'),
    decision: z.enum(['approve', 'reject', 'hold', 'clear']),
    scope: z.enum(['step', 'run']),
    step: z.int().optional(),
    override: z.boolean(),
    by: z.string(),
    reason: z.string(),
    at: time,
  })
  .meta({ id: 'Decision' })

export const timelineSchema = z
  .strictObject({
    run: runSchema,
    steps: z.array(stepSchema),
    decisions: z.array(decisionSchema),
    gates: z
      .array(gateChangeSchema)
      .describe(
        'How the gates stood when the run was opened, and each change until it was closed, oldest first; from the latest 200 changes',
      ),
    verdicts: z.array(lookSchema).describe('Newest first'),
    next: z.string().optional().describe('Send it as `after` to get older verdicts'),
  })
  .meta({ id: 'Timeline' })

export const verdictSchema = z
  .looseObject({ id: z.string(), judged: outcome, verdict: outcome, score: z.number(), summary: z.string() })
  .meta({ id: 'Verdict' })

export const recordingSchema = z
  .looseObject({ format: z.literal('canary-judge/recording/1') })
  .meta({ id: 'Recording' })
