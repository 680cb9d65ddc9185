import type { Health } from './health.ts'

export interface SourceHealthDeps {
  readonly health: Health
  /** Names of the sources that are configured now. */
  readonly names: () => readonly string[]
}

/** Tells health of each source how its latest query ended; a source nobody has asked yet is no part. */
export function createSourceHealth({ health, names }: SourceHealthDeps) {
  const known = new Set<string>()
  return {
    queried(source: string, result: string): void {
      known.add(source)
      const part = partOf(source)
      if (outages.has(result)) {
        health.degraded(part, `the latest query ended with ${result}, see the log`, staleAfterMs)
      } else health.ok(part)
      const configured = new Set(names())
      for (const name of known) {
        if (configured.has(name)) continue
        known.delete(name)
        health.forget(partOf(name))
      }
    },
  }
}

/** Between rollouts nobody asks, and nobody would find out that the source is well again. */
const staleAfterMs = 15 * 60_000

const partOf = (source: string): string => `source ${source}`

/** What says that the source is not well, rather than that a question was too large or half answered. */
const outages: ReadonlySet<string> = new Set([
  'source-down',
  'source-timeout',
  'source-refused',
  'source-invalid',
])
