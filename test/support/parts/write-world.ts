import type { SimulatedSeries } from '../simulated-prometheus/simulated-series.ts'
import { remoteWrite, type WrittenSample, type WrittenSeries } from './remote-write.ts'

/**
 * Sends series by remote write with their stale markers, which a file for promtool cannot have. A server takes samples
 * that are up to an hour older than its newest one, so the samples are sent minute by minute.
 */
export const writeWorld = async (url: string, series: readonly SimulatedSeries[]): Promise<void> => {
  const minutes = new Map<number, WrittenSeries[]>()
  for (const one of series) {
    for (const [minute, samples] of Map.groupBy(samplesOf(one), ({ at }) => Math.floor(at / 60_000))) {
      const batch = minutes.get(minute) ?? []
      minutes.set(minute, batch)
      batch.push({ labels: filled(one.labels), samples })
    }
  }
  for (const minute of [...minutes.keys()].sort((a, b) => a - b)) {
    await remoteWrite(url, minutes.get(minute) ?? [])
  }
}

const samplesOf = ({ times, values, staleAt = [] }: SimulatedSeries): readonly WrittenSample[] => {
  const samples: WrittenSample[] = Array.from(times, (at, index) => ({ at, value: values[index] ?? 0 }))
  const markers = staleAt.map((at): WrittenSample => ({ at, value: 'stale' }))
  return [...samples, ...markers].sort((a, b) => a.at - b.at)
}

const filled = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''))
