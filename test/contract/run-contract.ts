import { describe, expect, test } from 'vitest'
import type { Run, VerdictStore } from '../../src/judge/ports/ports.ts'
import { hostileTexts } from './hostile-texts.ts'
import { aRun, freshId, minute, t0 } from './rows.ts'

export const runContract = (store: () => VerdictStore): void => {
  describe('runs', () => {
    test('openRun() stores every field and getRun() gives it back', async () => {
      const run = aRun({
        stableRevision: 'r1',
        gates: 3,
        firstFailAt: t0 + 0.5,
        ending: 'aborted',
        callerState: 'pre-rollout',
        calledAt: t0,
        params: { service: 'web', 'odd "key"': '' },
        labels: { image: 'web:1.2', commit: 'abc' },
      })
      expect(await store().openRun(run)).toEqual({ run, opened: true })
      expect(await store().getRun(run.id)).toEqual(run)
      expect(await store().findOpenRun(run)).toEqual(run)
    })

    test('getRun() and findOpenRun() give undefined for what is unknown', async () => {
      expect(await store().getRun('nobody')).toBeUndefined()
      expect(await store().findOpenRun({ source: 'argo', namespace: 'no', name: 'body' })).toBeUndefined()
    })

    test('openRun() gives back the run that is open under the same key', async () => {
      const first = aRun()
      await store().openRun(first)
      const second = aRun({ name: first.name, revision: 'r3' })
      expect(await store().openRun(second)).toEqual({ run: first, opened: false })
      expect(await store().getRun(second.id)).toBeUndefined()
    })

    test('openRun() by twenty racing callers opens one run', async () => {
      const name = freshId('race')
      const answers = await Promise.all(Array.from({ length: 20 }, () => store().openRun(aRun({ name }))))
      expect(new Set(answers.map((answer) => answer.run.id)).size).toBe(1)
      expect(answers.filter((answer) => answer.opened)).toHaveLength(1)
    })

    test('openRun() opens a new run once the earlier one is closed', async () => {
      const first = aRun()
      await store().openRun(first)
      await store().updateRun(first.id, { closedAt: t0 + minute })
      const second = aRun({ name: first.name })
      expect(await store().openRun(second)).toEqual({ run: second, opened: true })
    })

    test('openRun() takes a run that is closed already, beside an open one', async () => {
      const open = aRun()
      await store().openRun(open)
      const closed = aRun({ name: open.name, closedAt: t0 })
      expect(await store().openRun(closed)).toEqual({ run: closed, opened: true })
      expect(await store().findOpenRun(open)).toEqual(open)
    })

    test('openRun() refuses an id that another run has', async () => {
      const first = aRun()
      await store().openRun(first)
      await expect(store().openRun(aRun({ id: first.id }))).rejects.toMatchObject({ code: 'conflict' })
      await expect(store().openRun(aRun({ id: 'x'.repeat(513) }))).rejects.toMatchObject({
        code: 'bad-request',
      })
      await expect(store().openRun(aRun({ id: '' }))).rejects.toMatchObject({ code: 'bad-request' })
    })

    test('openRun() distinguishes keys that differ only in where the words end', async () => {
      const tag = freshId('k')
      const one = aRun({ namespace: `${tag}a`, name: 'b' })
      const two = aRun({ namespace: tag, name: 'ab' })
      expect((await store().openRun(one)).opened).toBe(true)
      expect((await store().openRun(two)).opened).toBe(true)
    })

    test.each(hostileTexts)('openRun() keeps %s in every text', async (_, text) => {
      const tag = freshId('hostile')
      const run = aRun({
        namespace: `${tag}${text}`,
        name: text,
        source: text,
        revision: text,
        stableRevision: text,
        policy: text,
        policyDigest: text,
        ending: text,
        callerState: text,
      })
      await store().openRun(run)
      expect(await store().getRun(run.id)).toEqual(run)
      expect(await store().findOpenRun(run)).toEqual(run)
      const listed = await store().listRuns({ namespace: run.namespace, name: run.name, limit: 10 })
      expect(listed).toEqual({ items: [run] })
    })

    test('updateRun() changes the named fields only', async () => {
      const run = aRun({ ending: 'x' })
      await store().openRun(run)
      const change = {
        lastLookAt: t0 + minute,
        callerState: 'rollout',
        calledAt: t0 + minute,
        revision: 'r9',
      }
      expect(await store().updateRun(run.id, change)).toEqual({ ...run, ...change })
      const rest = {
        stableRevision: 'r8',
        policy: 'p',
        policyDigest: 'd',
        start: t0 + 1,
        openedAt: t0 + 2,
        ending: 'y',
      }
      expect(await store().updateRun(run.id, rest)).toEqual({ ...run, ...change, ...rest })
      expect(await store().updateRun(run.id, {})).toEqual({ ...run, ...change, ...rest })
    })

    test('updateRun() adds params that were not known, and keeps the first', async () => {
      const { run } = await store().openRun(aRun())
      expect(await store().updateRun(run.id, { params: { service: 'web' } })).toEqual({
        ...run,
        params: { service: 'web' },
      })
      await store().updateRun(run.id, { params: { service: 'other' } })
      expect((await store().getRun(run.id))?.params).toEqual({ service: 'web' })
    })

    test('updateRun() keeps the first gates and the first firstFailAt, also among racing callers', async () => {
      const run = aRun()
      await store().openRun(run)
      const answers = await Promise.all(
        [1, 2, 3, 4, 5].map((n) => store().updateRun(run.id, { gates: n, firstFailAt: t0 + n })),
      )
      const stored = await store().getRun(run.id)
      expect(stored?.firstFailAt).toBe(t0 + (stored?.gates ?? 0))
      for (const answer of answers) expect(answer.gates).toBe(stored?.gates)
    })

    test('updateRun() of an unknown run is not found', async () => {
      await expect(store().updateRun('nobody', { gates: 1 })).rejects.toMatchObject({ code: 'not-found' })
    })
  })

  describe('listRuns()', () => {
    test('goes through all runs, newest first, once each, in pages, while others are opened', async () => {
      const namespace = freshId('ns')
      const runs: Run[] = []
      for (const start of [3, 1, 2, 2, 2, 5, 4]) runs.push(aRun({ namespace, start: t0 + start }))
      for (const run of runs) await store().openRun(run)
      const seen: Run[] = []
      let after: string | undefined
      do {
        const page = await store().listRuns({ namespace, limit: 2, ...(after !== undefined && { after }) })
        expect(page.items.length).toBeLessThanOrEqual(2)
        seen.push(...page.items)
        after = page.next
        await store().openRun(aRun({ namespace, start: t0 + 10 }))
      } while (after !== undefined)
      expect(seen).toEqual(runs.toSorted((a, b) => b.start - a.start || (a.id < b.id ? 1 : -1)))
    })

    test('filters by namespace, name and open', async () => {
      const namespace = freshId('ns')
      const open = aRun({ namespace })
      const closed = aRun({ namespace, closedAt: t0, start: t0 - 1 })
      await store().openRun(open)
      await store().openRun(closed)
      const ids = async (filter: object): Promise<readonly string[]> =>
        (await store().listRuns({ limit: 10, ...filter })).items.map((run) => run.id)
      expect(await ids({ namespace })).toEqual([open.id, closed.id])
      expect(await ids({ namespace, open: true })).toEqual([open.id])
      expect(await ids({ namespace, open: false })).toEqual([closed.id])
      expect(await ids({ name: closed.name })).toEqual([closed.id])
      expect(await ids({ namespace, name: 'nobody' })).toEqual([])
    })

    test('gives no next when the last page is full', async () => {
      const namespace = freshId('ns')
      await store().openRun(aRun({ namespace }))
      expect(await store().listRuns({ namespace, limit: 1 })).not.toHaveProperty('next')
    })

    test.each([
      ['no base64', '%%%'],
      ['no JSON', 'AAAA'],
      ['empty', ''],
      ['another shape', encode({ a: 1 })],
      ['texts for numbers', encode(['1; drop table runs', 'x'])],
      ['too many parts', encode([1, 'x', 2])],
      ['a number out of range', Buffer.from('[1e999,"x"]').toString('base64url')],
      ['far too long', encode([1, 'x'.repeat(100_000)])],
    ])('refuses a cursor that is %s as a bad request', async (_, after) => {
      await expect(store().listRuns({ limit: 1, after })).rejects.toMatchObject({ code: 'bad-request' })
    })

    test('takes a forged cursor of the right shape, with NUL in it, as a place like any other', async () => {
      await expect(store().listRuns({ limit: 1, after: encode([-1e300, '\u0000']) })).resolves.toEqual({
        items: [],
      })
    })

    test.each([0, -1, 1.5, 1001, Number.NaN])('refuses a limit of %s', async (limit) => {
      await expect(store().listRuns({ limit })).rejects.toMatchObject({ code: 'bad-request' })
    })
  })
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
