import { z } from 'zod'
import { extendingSchema, policySchema } from '../../src/formats/policy/policy-schema.ts'
import { recordingSchema } from '../../src/formats/recording/recording-schema.ts'

/** The JSON Schemas (draft 2020-12) of policies and other input, by file name. Editors use them for completion. */
export function jsonSchemas(): Readonly<Record<string, object>> {
  return {
    'policy.schema.json': z.toJSONSchema(z.union([policySchema, extendingSchema]), { io: 'input' }),
    'recording.schema.json': z.toJSONSchema(recordingSchema, { io: 'input' }),
  }
}

/** The text of a schema file. */
export function toSchemaText(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}
