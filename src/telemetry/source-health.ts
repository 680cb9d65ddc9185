import type { Health } from './health.ts'

export interface SourceHealthDeps {
  readonly health: Health
  /** Names of the sources that are configured now. */
  readonly names: () => readonly string[]
}

/** Reports to `health` how the latest query of each source ended. A source without any query yet is not reported. */
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

/** Between rollouts there are no queries that could show that the source has recovered. */
const staleAfterMs = 15 * 60_000

const partOf = (source: string): string => `source ${source}`

/** The problems that mean that the source is down. Others mean that a query was too large or only partly answered. */
const outages: ReadonlySet<string> = new Set([
  'source-down',
  'source-timeout',
  'source-refused',
  'source-invalid',
])
