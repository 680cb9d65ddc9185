import { describe, expect, test } from 'vitest'
import type { Retention, VerdictStore } from '../../src/judge/ports/ports.ts'
import { hostileTexts } from './hostile-texts.ts'
import { aRun, day, freshId, t0 } from './rows.ts'

const never = 1e9 * day
const retention: Retention = {
  runsOlderThanMs: day,
  maxRuns: 10_000,
  recordingsOlderThanMs: never,
  failedRecordingsOlderThanMs: never,
  decisionsOlderThanMs: never,
}

/** The stores under test run on a clock that stands still at `t0`. */
export const policyContract = (store: () => VerdictStore): void => {
  describe('policies', () => {
    test('loadPolicy() gives the text that was saved under the digest, whatever it holds', async () => {
      for (const text of ['name: web\n', ...hostileTexts.map(([, hostile]) => hostile)]) {
        const digest = freshId('policy')
        await store().savePolicy(digest, text)
        await store().savePolicy(digest, text)
        expect(await store().loadPolicy(digest)).toBe(text)
      }
      expect(await store().loadPolicy('nothing')).toBeUndefined()
    })

    test('savePolicy() by racing callers is no conflict', async () => {
      const digest = freshId('policy')
      await Promise.all(Array.from({ length: 10 }, () => store().savePolicy(digest, 'x')))
      expect(await store().loadPolicy(digest)).toBe('x')
    })

    test('prune() keeps a policy as long as a run has it, and a day for one that is about to open', async () => {
      const [used, unused] = [freshId('policy'), freshId('policy')]
      for (const digest of [used, unused]) await store().savePolicy(digest, 'x')
      const { run } = await store().openRun(aRun({ policyDigest: used }))
      const left = async () => [await store().loadPolicy(used), await store().loadPolicy(unused)]
      await store().prune(t0 + day, retention)
      expect(await left()).toEqual(['x', 'x'])
      await store().prune(t0 + day + 1, retention)
      expect(await left()).toEqual(['x', undefined])
      await store().updateRun(run.id, { closedAt: t0 })
      await store().prune(t0 + 2 * day, retention)
      expect(await left()).toEqual([undefined, undefined])
    })
  })
}
