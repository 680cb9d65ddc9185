import { describe, expect, test } from 'vitest'
import type { Retention, Run, VerdictStore } from '../../src/judge/ports/ports.ts'
import { sampleRecording } from '../support/recordings.ts'
import { aDecision, aRun, aStep, aVerdict, day, freshId, t0 } from './rows.ts'

const retention: Retention = {
  runsOlderThanMs: 30 * day,
  maxRuns: 10_000,
  recordingsOlderThanMs: 7 * day,
  failedRecordingsOlderThanMs: 30 * day,
  decisionsOlderThanMs: 365 * day,
}

/** The stores under test run on a clock that stands still at `t0`. */
export const pruneContract = (store: () => VerdictStore): void => {
  const saved = async (change: Partial<Run>, seed: number): Promise<{ run: Run; digest: string }> => {
    const { run } = await store().openRun(aRun(change))
    return { run, digest: await store().saveRecording(run.id, sampleRecording(40, seed)) }
  }

  describe('prune()', () => {
    test('deletes recordings after 7 days, those of fails after 30, those of open runs never', async () => {
      const closed = await saved({ closedAt: t0 }, 101)
      const failed = await saved({ closedAt: t0 }, 102)
      const open = await saved({}, 103)
      await store().saveVerdict(aVerdict(failed.run.id, { recordingDigest: failed.digest, judged: 'fail' }))
      const left = async (): Promise<readonly boolean[]> => {
        const found = [closed, failed, open].map(({ digest }) => store().loadRecording(digest))
        return (await Promise.all(found)).map((recording) => recording !== undefined)
      }
      await store().prune(t0 + 7 * day, retention)
      expect(await left()).toEqual([true, true, true])
      const { recordings } = await store().prune(t0 + 7 * day + 1, retention)
      expect(recordings).toBeGreaterThan(0)
      expect(await left()).toEqual([false, true, true])
      await store().prune(t0 + 30 * day + 1, { ...retention, runsOlderThanMs: 99 * day })
      expect(await left()).toEqual([false, false, true])
    })

    test('keeps chunks that another recording needs, and a recording that another run needs', async () => {
      const gone = await saved({ closedAt: t0 }, 110)
      const { run: keeper } = await store().openRun(aRun())
      const longer = sampleRecording(60, 110)
      const digest = await store().saveRecording(keeper.id, longer)
      const shared = await saved({ closedAt: t0 }, 111)
      await store().saveRecording(keeper.id, sampleRecording(40, 111))
      await store().prune(t0 + 8 * day, retention)
      expect(await store().loadRecording(gone.digest)).toBeUndefined()
      expect(await store().loadRecording(digest)).toStrictEqual(longer)
      expect(await store().loadRecording(shared.digest)).toStrictEqual(sampleRecording(40, 111))
    })

    test('deletes closed runs after 30 days with all that is theirs, and saving again works', async () => {
      const { run, digest } = await saved({ closedAt: t0 }, 120)
      const verdict = aVerdict(run.id)
      await store().saveVerdict(verdict)
      await store().saveStep(aStep(run.id))
      await store().prune(t0 + 30 * day, retention)
      expect(await store().getRun(run.id)).toEqual(run)
      const { runs } = await store().prune(t0 + 30 * day + 1, retention)
      expect(runs).toBeGreaterThan(0)
      expect(await store().getRun(run.id)).toBeUndefined()
      expect(await store().getVerdict(verdict.id)).toBeUndefined()
      expect(await store().listSteps(run.id)).toEqual([])
      expect(await store().loadRecording(digest)).toBeUndefined()
      const again = await saved({ closedAt: t0 }, 120)
      expect(await store().loadRecording(again.digest)).toStrictEqual(sampleRecording(40, 120))
    })

    test('keeps at most maxRuns, the newest, in several batches, and every open run', async () => {
      const namespace = freshId('many')
      const future = t0 + 1000 * day
      const open = aRun({ namespace, start: future })
      await store().openRun(open)
      for (let n = 1; n <= 50; n += 1) {
        await store().openRun(aRun({ namespace, start: future + n, closedAt: future + n }))
      }
      const { runs } = await store().prune(t0, { ...retention, maxRuns: 5 })
      expect(runs).toBeGreaterThanOrEqual(45)
      const { items } = await store().listRuns({ namespace, limit: 100 })
      expect(items.map((run) => run.start - future)).toEqual([50, 49, 48, 47, 46, 0])
    })

    test('ends after the batch under way when it is aborted', async () => {
      const namespace = freshId('aborted')
      const closedAt = t0 - 90 * day
      for (let n = 0; n < 45; n += 1) await store().openRun(aRun({ namespace, closedAt }))
      await store().prune(t0 - 40 * day, retention, AbortSignal.abort())
      expect((await store().listRuns({ namespace, limit: 100 })).items).toHaveLength(25)
      await store().prune(t0 - 40 * day, retention)
      expect((await store().listRuns({ namespace, limit: 100 })).items).toEqual([])
    })

    test('keeps what was closed last, though its rollout was long ago', async () => {
      const future = t0 + 20_000 * day
      const late = aRun({ start: t0 - 300 * day, closedAt: future + 9 })
      await store().openRun(late)
      const others = [1, 2].map((n) => aRun({ start: future + n, closedAt: future + n }))
      for (const run of others) await store().openRun(run)
      await store().prune(t0, { ...retention, maxRuns: 1 })
      expect(await store().getRun(late.id)).toEqual(late)
      expect(await Promise.all(others.map(({ id }) => store().getRun(id)))).toEqual([undefined, undefined])
    })

    test('deletes decisions after a year, but not those of an open run', async () => {
      const name = freshId('web')
      const { run } = await store().openRun(aRun({ name }))
      const { run: closed } = await store().openRun(aRun({ name, closedAt: t0 + 9999 * day }))
      const kept = aDecision({ name, runId: run.id })
      for (const decision of [kept, aDecision({ name }), aDecision({ name, runId: closed.id })]) {
        await store().saveDecision(decision)
      }
      const list = (runId: string): Promise<readonly object[]> =>
        store().listDecisions({ namespace: 'shop', name, runId })
      await store().prune(t0 + 365 * day, retention)
      expect(await list(closed.id)).toHaveLength(2)
      await store().prune(t0 + 365 * day + 1, retention)
      expect(await list(closed.id)).toEqual([])
      expect(await list(run.id)).toEqual([kept])
    })

    test('running beside saveRecording() leaves every saved recording whole', async () => {
      const { run } = await store().openRun(aRun())
      const saving = async (lane: number): Promise<void> => {
        for (let round = 0; round < 8; round += 1) {
          const { run: closed } = await store().openRun(aRun({ closedAt: t0 }))
          const shared = sampleRecording(64 + round, 130)
          await store().saveRecording(closed.id, structuredClone(shared))
          const own = sampleRecording(80 + lane, 130)
          const digest = await store().saveRecording(run.id, own)
          expect(await store().loadRecording(digest)).toStrictEqual(own)
        }
      }
      const pruning = async (): Promise<void> => {
        for (let round = 0; round < 20; round += 1) await store().prune(t0 + 8 * day, retention)
      }
      await Promise.all([saving(0), saving(1), pruning(), pruning()])
    })
  })
}
