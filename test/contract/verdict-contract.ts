import { describe, expect, test } from 'vitest'
import type { Run, StoredVerdict, VerdictStore } from '../../src/judge/ports/ports.ts'
import { hostileTexts } from './hostile-texts.ts'
import { sampleRecording } from '../support/recordings.ts'
import { aDecision, aRun, aStep, aVerdict, minute, t0 } from './rows.ts'

export const verdictContract = (store: () => VerdictStore): void => {
  const opened = async (): Promise<Run> => (await store().openRun(aRun())).run

  describe('verdicts', () => {
    test('saveVerdict() keeps the whole answer and getVerdict() gives it back', async () => {
      const run = await opened()
      const verdict = aVerdict(run.id, {
        judged: 'fail',
        verdict: 'inconclusive',
        recordingDigest: 'abc',
        body: { deep: [{ nul: '\u0000', lone: '\ud800', big: 1e300, nothing: null, ['__proto__']: 1 }] },
      })
      await store().saveVerdict(verdict)
      expect(await store().getVerdict(verdict.id)).toEqual(verdict)
      expect(await store().getVerdict('nobody')).toBeUndefined()
    })

    test('saveVerdict() leaves the first row of an id as it is', async () => {
      const run = await opened()
      const verdict = aVerdict(run.id)
      await Promise.all([store().saveVerdict(verdict), store().saveVerdict(verdict)])
      await store().saveVerdict({ ...verdict, summary: 'another', createdAt: t0 + 1 })
      expect(await store().getVerdict(verdict.id)).toEqual(verdict)
    })

    test.each(hostileTexts)('saveVerdict() keeps %s', async (_, text) => {
      const run = await opened()
      const verdict = aVerdict(run.id, { summary: text, body: { text } })
      await store().saveVerdict(verdict)
      expect(await store().getVerdict(verdict.id)).toEqual(verdict)
    })

    test('listEvidence() gives those from a moment on whose recording is kept, oldest first', async () => {
      const run = await opened()
      const other = await opened()
      const recordingDigest = await store().saveRecording(run.id, sampleRecording(5))
      const save = async (runId: string, minutes: number, digest: string) => {
        const verdict = aVerdict(runId, { at: t0 + minutes * minute, recordingDigest: digest })
        await store().saveVerdict(verdict)
        return verdict
      }
      const third = await save(run.id, 3, recordingDigest)
      const first = await save(run.id, 1, recordingDigest)
      await save(run.id, 0, recordingDigest)
      await save(run.id, 2, 'a recording that is gone')
      await save(other.id, 2, recordingDigest)
      await store().saveVerdict(aVerdict(run.id, { at: t0 + 2 * minute }))
      const from = (at: number, limit: number) => store().listEvidence(run.id, { at, limit })
      expect(await from(t0 + minute, 10)).toEqual([first, third])
      expect(await from(t0 + minute, 1)).toEqual([first])
      expect(await from(t0 + 4 * minute, 10)).toEqual([])
    })

    test('listOpenRuns() gives open runs, newest first, each with the verdict that is newest', async () => {
      const later = t0 + 900_000 * minute
      const open = async (start: number) => (await store().openRun(aRun({ start }))).run
      const [old, fresh, bare, closed] = [
        await open(later),
        await open(later + 1),
        await open(later + 2),
        await open(later + 3),
      ]
      const latest = aVerdict(old.id, { at: t0 + 2 * minute })
      const only = aVerdict(fresh.id)
      for (const verdict of [aVerdict(old.id, { at: t0 + minute }), latest, aVerdict(old.id), only]) {
        await store().saveVerdict(verdict)
      }
      await store().updateRun(closed.id, { closedAt: later })
      expect(await store().listOpenRuns(3)).toEqual([
        { run: bare },
        { run: fresh, latest: only },
        { run: old, latest },
      ])
      expect(await store().listOpenRuns(1)).toEqual([{ run: bare }])
      for (const { id } of [old, fresh, bare]) await store().updateRun(id, { closedAt: later })
    })

    test('saveVerdict() of an unknown run is not found', async () => {
      await expect(store().saveVerdict(aVerdict('nobody'))).rejects.toMatchObject({ code: 'not-found' })
    })

    test('refuses ids that are too long for an index, everywhere', async () => {
      const long = 'x'.repeat(100_000)
      const { id } = await opened()
      const calls = [
        store().saveVerdict(aVerdict(long)),
        store().saveVerdict(aVerdict(id, { recordingDigest: long })),
        store().saveStep(aStep(long)),
        store().saveDecision(aDecision({ runId: long })),
        store().saveRecording(long, sampleRecording(1)),
      ]
      for (const call of await Promise.allSettled(calls)) {
        expect(call).toMatchObject({ reason: { code: 'bad-request' } })
      }
      expect(await store().getRun(long)).toBeUndefined()
    })

    test('listVerdicts() pages newest first by at, then createdAt, then id', async () => {
      const run = await opened()
      const times = [
        [1, 1],
        [3, 1],
        [2, 2],
        [2, 1],
        [2, 1],
        [0, 9],
      ] as const
      const verdicts = times.map(([at, made]) =>
        aVerdict(run.id, { at: t0 + at * minute, createdAt: t0 + made }),
      )
      for (const verdict of verdicts) await store().saveVerdict(verdict)
      const seen: StoredVerdict[] = []
      let after: string | undefined
      do {
        const page = await store().listVerdicts(run.id, { limit: 2, ...(after !== undefined && { after }) })
        seen.push(...page.items)
        after = page.next
      } while (after !== undefined)
      expect(seen).toEqual(
        verdicts.toSorted((a, b) => b.at - a.at || b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)),
      )
    })

    test('listVerdicts() refuses cursors of another list and limits out of range', async () => {
      const runs = Buffer.from(JSON.stringify([1, 'x'])).toString('base64url')
      await expect(store().listVerdicts('x', { limit: 1, after: runs })).rejects.toMatchObject({
        code: 'bad-request',
      })
      await expect(store().listVerdicts('x', { limit: 0 })).rejects.toMatchObject({ code: 'bad-request' })
      expect(await store().listVerdicts('nobody', { limit: 1 })).toEqual({ items: [] })
    })
  })
}
