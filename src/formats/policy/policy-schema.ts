import { z } from 'zod'
import { duration, share } from './amount-schemas.ts'
import { metricName, metricSchema } from './metric-schema.ts'
import { selectionSchema } from './selection-schema.ts'

const gateAnswer = z.enum(['hold', 'proceed', 'fail'])
const week = 7 * 86_400
const day = 86_400

export const holdSchema = z.strictObject({
  for: z.exactOptional(duration('How long a hold may last after its gate (10m).', { min: 0, max: 30 * day })),
  then: z.exactOptional(
    z.enum(['ask', 'proceed', 'fail']).meta({
      description: 'What follows: ask stays inconclusive until a person decides.',
      default: 'ask',
    }),
  ),
})

const outcomes = z.number().min(0).max(1e12)

const budgetSchema = z
  .union([
    outcomes,
    z
      .strictObject({
        outcomes: z.exactOptional(outcomes.meta({ description: 'A number of bad outcomes.' })),
        slo: z.exactOptional(
          share('Share of requests that must not fail, such as 99.9%.', { above: 0, below: 1 }),
        ),
        of: z.exactOptional(
          share('Share of what may fail in 30 days that one step may cost, such as 2%.', {
            above: 0,
            max: 1,
          }),
        ),
      })
      .refine(
        ({ outcomes: number, slo, of }) =>
          (slo === undefined) === (of === undefined) && (number ?? slo) !== undefined,
        'expected outcomes, or slo and of, or all three',
      )
      .meta({ description: 'A share of an error budget; with outcomes the stricter of both.' }),
  ])
  .meta({
    description:
      'Bad outcomes beyond stable’s that balanced has to rule out for the next step, or twice the usual number (200).',
  })

/** A policy as it is written. `resolvePolicy` fills in what is left out. */
export const policySchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-zA-Z0-9][\w.-]{0,62}$/, 'expected a name of letters, digits, dots, dashes and underscores')
      .meta({ description: 'Name by which requests refer to the policy.' }),
    source: z.exactOptional(
      z
        .string()
        .min(1)
        .max(63)
        .meta({ description: 'A Prometheus of the configuration.', default: 'default' }),
    ),
    select: z.exactOptional(selectionSchema),
    slice: z.exactOptional(
      z
        .union([z.literal('auto'), duration('A fixed length.', { min: 1, max: 3600 }, 'auto, or ')])
        .meta({ description: 'Unit of time in which counts are compared.', default: 'auto' }),
    ),
    history: z.exactOptional(
      duration('How much of stable before the rollout the noise is learned from (2h).', {
        min: 0,
        max: week,
      }),
    ),
    warmup: z.exactOptional(duration('Pods younger than this are left out (3m).', { min: 0, max: day })),
    step: z.exactOptional(
      z.union([z.literal('auto'), duration('A fixed length.', { min: 1, max: week }, 'auto, or ')]).meta({
        description:
          'Planned length of a step, where the caller does not say. auto: the steps share the time of the rollout.',
        default: 'auto',
      }),
    ),
    rollout: z.exactOptional(
      duration('Planned length of all steps together, where the caller does not say (30m).', {
        min: 1,
        max: week,
      }),
    ),
    soak: z.exactOptional(
      duration('A step passes only after this much mature canary traffic (3m).', { min: 0, max: week }),
    ),
    falseAbort: z.exactOptional(
      share('Chance of ever failing a healthy canary, all metrics and looks together (0.05).', {
        above: 0,
        max: 0.5,
      }),
    ),
    missedHarm: z.exactOptional(
      share('Chance of passing a canary that is worse than the margin (0.05).', { above: 0, max: 0.5 }),
    ),
    riskProportional: z.exactOptional(
      z.boolean().meta({ description: 'Margins in proportion to the blast radius.', default: true }),
    ),
    decide: z.exactOptional(
      z.enum(['harm', 'winner']).meta({
        description:
          'harm: whether the canary is worse than stable. winner: which arm is better, or that they differ by less than the margin.',
        default: 'harm',
      }),
    ),
    pass: z.exactOptional(
      z.enum(['balanced', 'strict', 'fast']).meta({
        description:
          'What lets a step pass at its end. balanced: shown within the margin, or no sign of harm and affordable; strict: shown; fast: shown at any time, or not failed.',
        default: 'balanced',
      }),
    ),
    odds: z.exactOptional(
      z.number().min(1).max(1000).meta({
        description: 'Odds for harm at which balanced does not pass the last step; four times that at first.',
        default: 3,
      }),
    ),
    budget: z.exactOptional(budgetSchema),
    onInconclusive: z.exactOptional(
      gateAnswer.meta({ description: 'What a gate answers when nothing is shown.', default: 'hold' }),
    ),
    hold: z.exactOptional(holdSchema.meta({ description: 'How long a hold may last, and what follows.' })),
    onNoData: z.exactOptional(
      gateAnswer.meta({
        description: 'What a gate answers without a mature canary sample.',
        default: 'hold',
      }),
    ),
    onSourceDown: z.exactOptional(
      gateAnswer.meta({ description: 'What a gate answers when the source is down.', default: 'hold' }),
    ),
    mode: z.exactOptional(
      z.enum(['enforce', 'pause', 'observe']).meta({
        description:
          'pause: a fail is answered inconclusive; observe: inconclusive until the planned end of the step, then pass, the truth stands in judged.',
        default: 'enforce',
      }),
    ),
    approval: z.exactOptional(
      z.enum(['auto', 'manual', 'hybrid']).meta({
        description: 'manual: a person approves each step; hybrid: only when the judge does not pass.',
        default: 'auto',
      }),
    ),
    group: z.exactOptional(
      metricName.meta({
        description:
          'Rollouts of one namespace whose policies name the same group get one verdict: the worst.',
      }),
    ),
    metrics: z.array(metricSchema).min(1).max(50).meta({ description: 'What is compared.' }),
  })
  .meta({
    title: 'canary-judge policy',
    description: 'What to compare between canary and stable, and how strictly.',
  })

/** A file that extends another policy may give any part of the merged policy. */
export const extendingSchema = policySchema.partial().extend({
  name: policySchema.shape.name,
  extends: z.string().meta({ description: 'The policy, bundled or your own, that this one changes.' }),
  remove: z.exactOptional(
    z.array(z.string()).meta({ description: 'Names of metrics of that policy to leave out.' }),
  ),
  metrics: z.exactOptional(
    z
      .array(z.looseObject({ name: metricName }))
      .meta({ description: 'Metrics to change, by name, or to add.' }),
  ),
})

export type PolicyInput = z.output<typeof policySchema>
