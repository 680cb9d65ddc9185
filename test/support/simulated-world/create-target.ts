import type { Labels } from '../simulated-prometheus/simulated-series.ts'
import { createRandom, uniform } from '../../../src/simulate/random.ts'
import type { Setting } from './setting.ts'
import type { Target } from './export-requests.ts'
import { planScrapes } from './timeline.ts'

/** A process that is scraped at its own moment of the interval. An old process has already counted requests. */
export function createTarget(
  { timeline, scrapeMs, outages, staleMarkers, restarts }: Setting,
  key: string,
  {
    labels,
    process,
  }: { readonly labels: Labels; readonly process: { of: 'pod' | 'gateway'; index: number } },
): Target {
  const random = createRandom(key)
  const offsetMs = Math.floor(uniform(random) * (scrapeMs / 100)) * 100
  const own = restarts.filter(({ of, index }) => of === process.of && index === process.index)
  return {
    labels,
    scrapes: planScrapes(timeline, { everyMs: scrapeMs, offsetMs, outages }),
    restarts: new Set(own.map(({ slice }) => slice + timeline.lead)),
    staleMarkers,
    base: 1_000_000 + Math.floor(uniform(random) * 1_000_000),
  }
}

/** The same name always gets the same address. */
export function addressOf(name: string): string {
  const random = createRandom(`${name}/address`)
  const part = (): number => Math.floor(uniform(random) * 256)
  return `10.${part()}.${part()}.${part()}`
}
