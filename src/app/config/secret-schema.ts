import { z } from 'zod'

/**
 * A secret itself, or the file that holds it. A file is better, because it can be rotated and its content is shown
 * nowhere.
 */
export const secretSchema = z.union([z.string().min(1), z.strictObject({ file: z.string().min(1) })])

export type WrittenSecret = z.output<typeof secretSchema>
