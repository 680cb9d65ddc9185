import { join } from 'node:path'

/** The environment of a Node process that a test starts. The processes share a cache of compiled code. */
export const childEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../../../node_modules/.cache/canary-judge'),
}
