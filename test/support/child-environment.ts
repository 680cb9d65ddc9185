import { join } from 'node:path'

/** What a Node process that a test starts has in its environment: what one has compiled, the next one need not. */
export const childEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/canary-judge'),
}
