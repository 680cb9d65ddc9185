import { z } from 'zod'
import { appErrorCodes } from '../../errors.ts'

export const issueSchema = z
  .strictObject({
    path: z.string().describe('Dotted path such as `metrics[0].margin`; empty for the whole'),
    message: z.string().describe('What was expected and what was got'),
    line: z.int().optional(),
    column: z.int().optional(),
  })
  .meta({ id: 'Issue' })

export const problemSchema = z
  .strictObject({
    type: z.string().describe('Where this kind of problem is explained'),
    title: z.string(),
    status: z.int(),
    code: z.enum(appErrorCodes),
    detail: z.string(),
    requestId: z.string().describe('Also in X-Request-Id and in the log'),
    issues: z.array(issueSchema).optional(),
  })
  .meta({ id: 'Problem' })

export const problemType = 'application/problem+json'
