import { z } from 'zod'

/** For routes without parameters: every given parameter is an unknown key. */
export const noInput = z.strictObject({})

export const noBody = { form: 'none', types: [], schema: z.undefined(), size: 'normal' } as const
