import { z } from 'zod'

/** For routes that take no parameters: anything given is an unknown key. */
export const noInput = z.strictObject({})

export const noBody = { form: 'none', types: [], schema: z.undefined(), size: 'normal' } as const
