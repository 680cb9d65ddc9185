import { hash } from 'node:crypto'
import { cacheBytes } from './cache-bytes.ts'
import type { Config } from './config/config.ts'
import type { Clock, Log, MetricSource } from '../judge/ports/ports.ts'
import { createSourceSet } from '../sources/source-set.ts'
import type { SourceTelemetry } from '../sources/source.ts'

export interface ReloadableSource {
  /** Undefined = none is configured. */
  readonly source: () => MetricSource | undefined
  readonly close: () => Promise<void>
}

export interface ReloadableSourceOptions {
  readonly current: () => Config
  readonly clock: Clock
  readonly log: Log
  readonly telemetry: SourceTelemetry
  readonly closeAfterMs?: number
}

/** Looks under way finish with the source with which they began, so it is closed only after this time. */
const defaultCloseAfterMs = 30_000

/** The source of the configuration in force. A reload that changes the configuration creates a new one. */
export function createReloadableSource(options: ReloadableSourceOptions): ReloadableSource {
  const { current, clock, log, telemetry, closeAfterMs = defaultCloseAfterMs } = options
  let held: { readonly key: string; readonly source: MetricSource } | undefined
  const leaving = new Map<MetricSource, NodeJS.Timeout>()

  const retire = (source: MetricSource): void => {
    const timer = setTimeout(() => {
      leaving.delete(source)
      void source.close()
    }, closeAfterMs).unref()
    leaving.set(source, timer)
  }
  return {
    source() {
      const { sources } = current()
      const key = keyOf(sources)
      if (held?.key === key) return held.source
      if (held !== undefined) retire(held.source)
      held =
        Object.keys(sources).length === 0
          ? undefined
          : { key, source: createSourceSet({ sources, clock, log, telemetry, cacheBytes: cacheBytes() }) }
      return held?.source
    },
    async close() {
      for (const timer of leaving.values()) clearTimeout(timer)
      await Promise.all(
        [...leaving.keys(), ...(held === undefined ? [] : [held.source])].map((one) => one.close()),
      )
    },
  }
}

const keys = new WeakMap<Config['sources'], string>()

/** A key that also changes with secrets, without containing them. */
function keyOf(sources: Config['sources']): string {
  const known = keys.get(sources)
  if (known !== undefined) return known
  const key = hash('sha256', JSON.stringify(sources, revealed))
  keys.set(sources, key)
  return key
}

function revealed(_key: string, value: unknown): unknown {
  const isSecret = typeof value === 'object' && value !== null && 'reveal' in value
  return isSecret && typeof value.reveal === 'function' ? String(value.reveal()) : value
}
