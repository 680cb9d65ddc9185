import { z } from 'zod'
import { duration } from '../../formats/policy/amount-schemas.ts'
import { eventKinds } from '../../judge/ports/ports.ts'
import { templateKeys, unknownKeys } from '../../notify/message-text.ts'
import { targetTypes } from '../../notify/target-types.ts'
import { secretSchema } from './secret-schema.ts'

const targetName = z.string().regex(/^[\w.-]{1,64}$/, 'expected letters, digits, ".", "_" or "-", at most 64')

const targetSchema = z.strictObject({
  type: z.enum([...targetTypes.keys()]),
  url: secretSchema.exactOptional().describe('address of the webhook, or of Grafana'),
  key: secretSchema
    .exactOptional()
    .describe(
      'routing key of PagerDuty, API key of Opsgenie, token of Grafana, or what to sign webhooks with',
    ),
})

const pattern = z.string().min(1).max(253)

const routeSchema = z.strictObject({
  targets: z.array(targetName).min(1),
  events: z.array(z.enum(eventKinds)).min(1).exactOptional(),
  namespaces: z.array(pattern).min(1).exactOptional().describe('`*` stands for any text'),
  names: z.array(pattern).min(1).exactOptional().describe('of rollouts; `*` stands for any text'),
})

const templateSchema = z
  .string()
  .min(1)
  .max(1000)
  .refine(
    (text) => unknownKeys(text).length === 0,
    `expected between {{ and }} one of ${templateKeys.join(', ')}`,
  )

/** Whom to tell what of rollouts. */
export const notifySchema = z.strictObject({
  targets: z.record(targetName, targetSchema).default({}),
  routes: z.array(routeSchema).exactOptional().describe('default: every event to every target'),
  templates: z.partialRecord(z.enum(eventKinds), templateSchema).default({}),
  links: z
    .strictObject({
      expire: duration('how long they work', { min: 60, max: 604_800 }).default(86_400),
    })
    .exactOptional(),
})

export type WrittenNotify = z.output<typeof notifySchema>
