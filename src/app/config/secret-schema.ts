import { z } from 'zod'

/** A secret in place, or the file that holds it; a file is better, since it can be rotated and shows up nowhere. */
export const secretSchema = z.union([z.string().min(1), z.strictObject({ file: z.string().min(1) })])

export type WrittenSecret = z.output<typeof secretSchema>
