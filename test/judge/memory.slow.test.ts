import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createJudge, createPolicyLibrary } from '../../src/judge/judge.ts'
import type { MetricSource } from '../../src/judge/ports/ports.ts'
import { openStore } from '../../src/store/open-store.ts'
import { createWriteQueue } from '../../src/store/write-queue.ts'
import { handMade } from '../engine/made/recordings.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')

const log = pino({ level: 'silent' })
const minute = 60_000
const warmUp = 500
const runs = 2500
/** A run that is over leaves its last state in memory, for times when the store is away. A verdict takes several times as much. */
const mostBytesPerRun = 2000

test('runs that come and go all day leave next to nothing in memory', async () => {
  let now = Date.parse('2026-11-20T10:00:00Z')
  const clock = { now: () => now }
  // the rows are in the memory of SQLite, which does not count
  const store = await openStore({ url: 'sqlite::memory:', clock, log })
  const policies = createPolicyLibrary()
  await policies.load({ bundled: join(import.meta.dirname, '../../policies') })
  const judge = createJudge({
    store: () => store,
    writes: createWriteQueue({ log }),
    policies,
    source: () => standIn(clock.now),
    clock,
    log,
    linkBase: () => '',
    limits: () => ({ deadlineMs: minute, maxLooks: 100 }),
  })
  let before = 0
  for (let run = 0; run < runs; run++) {
    if (run === warmUp) before = heapUsed()
    now += 1000
    const judgement = await judge.judge({
      caller: 'argo',
      namespace: 'shop',
      name: `web-${run}`,
      revision: 'b',
      stableRevision: 'a',
      step: { index: 0, of: 3, weight: 5, next: 25, minutes: 10 },
    })
    expect(judgement.metrics[0]?.name).toBe('errors')
  }
  const perRun = (heapUsed() - before) / (runs - warmUp)
  await store.close()
  expect(perRun).toBeLessThan(mostBytesPerRun)
}, 300_000)

/** A source with a rollout that at each moment began eleven minutes ago. */
function standIn(now: () => number): MetricSource {
  const recording = handMade({ history: 20, slices: 30, stablePods: 2 })
  return {
    canaryStart: async () => now() - 11 * minute,
    fetch: async () => {
      const start = Math.floor((now() - 31 * minute) / minute) * minute
      return { ...recording, start: new Date(start).toISOString() }
    },
    close: async () => undefined,
  }
}

function heapUsed(): number {
  if (typeof collectGarbage === 'function') collectGarbage()
  return process.memoryUsage().heapUsed
}
