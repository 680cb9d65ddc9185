import { z } from 'zod'

export const aliveSchema = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Alive' })

const partSchema = z
  .strictObject({
    status: z.enum(['ok', 'degraded']),
    reason: z.string().optional().describe('Why it is degraded; details are in the log'),
    since: z.iso.datetime(),
  })
  .meta({ id: 'Part' })

export const readySchema = z
  .strictObject({
    status: z.enum(['starting', 'ready', 'stopping']),
    parts: z.record(z.string(), partSchema),
  })
  .meta({ id: 'Readiness' })
