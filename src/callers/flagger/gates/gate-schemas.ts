import { z } from 'zod'
import { nameField, namespaceField } from '../../../http/schemas/fields.ts'

/** What Flagger sends to any webhook. Only the name and namespace of the gate's canary matter here. */
export const gateRequestSchema = z
  .looseObject({ namespace: namespaceField, name: nameField.describe('Name of the Canary') })
  .meta({
    id: 'GateRequest',
    description: 'The Canary of the gate; other fields that Flagger sends are ignored',
  })

export const gateChangeSchema = z
  .strictObject({
    gate: z.enum(['gate', 'rollback']),
    open: z.boolean(),
    by: z.string(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'GateChange' })
