import { Counter, Gauge, type Registry } from 'prom-client'
import type { WriteQueue, WriteQueueCounts } from '../judge/ports/ports.ts'

type Watched = Pick<WriteQueue, 'counts'>

const nothing: WriteQueueCounts = { queued: 0, queuedBytes: 0, kept: 0, keptLater: 0, dropped: 0, refused: 0 }

/** The counts of the write queue, read at each scrape. */
export function createStoreMetrics(registers: Registry[]) {
  let watched: Watched = { counts: () => nothing }
  const storeGauges = gauges.map(
    ({ name, help, key }) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(watched.counts()[key])
        },
      }),
  )
  const storeCounters = counters.map(
    ({ name, help, key }) =>
      new Counter({
        name,
        help,
        registers,
        collect() {
          this.reset()
          this.inc(watched.counts()[key])
        },
      }),
  )
  return {
    storeGauges,
    storeCounters,
    watchWrites(queue: Watched): void {
      watched = queue
    },
  }
}

const gauges = [
  {
    name: 'canary_judge_store_queue_length',
    help: 'Writes that wait for the store to come back',
    key: 'queued',
  },
  { name: 'canary_judge_store_queue_bytes', help: 'About how much memory they hold', key: 'queuedBytes' },
] as const

const counters = [
  { name: 'canary_judge_store_kept_total', help: 'Verdicts kept before they were answered', key: 'kept' },
  {
    name: 'canary_judge_store_kept_later_total',
    help: 'Verdicts kept after they were answered',
    key: 'keptLater',
  },
  {
    name: 'canary_judge_store_dropped_total',
    help: 'Writes given up because the queue was full',
    key: 'dropped',
  },
  {
    name: 'canary_judge_store_refused_total',
    help: 'Writes that the store refused for good; the log says why',
    key: 'refused',
  },
] as const
