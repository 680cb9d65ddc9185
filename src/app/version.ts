import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** From package.json, which is beside both src/ and dist/. */
export const version: string = z
  .looseObject({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))).version
