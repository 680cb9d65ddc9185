import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Recording } from '../../src/engine/model/recording.ts'
import type { Run, VerdictStore } from '../../src/judge/ports/ports.ts'
import { sampleRecording } from '../support/recordings.ts'
import { anyRecording } from './any-recording.ts'
import { aRun, t0 } from './rows.ts'

export const recordingContract = (store: () => VerdictStore): void => {
  const opened = async (): Promise<Run> => (await store().openRun(aRun({ closedAt: t0 }))).run

  describe('recordings', () => {
    test.each([0, 1, 7, 150, 1000])('loadRecording() gives back %s slices exactly', async (slices) => {
      const run = await opened()
      const recording = sampleRecording(slices)
      const digest = await store().saveRecording(run.id, recording)
      expect(await store().loadRecording(digest)).toStrictEqual(recording)
    })

    test('loadRecording() gives back any recording exactly', async () => {
      const run = await opened()
      await fc.assert(
        fc.asyncProperty(anyRecording, async (recording) => {
          const digest = await store().saveRecording(run.id, recording)
          expect(await store().loadRecording(digest)).toStrictEqual(recording)
        }),
        { numRuns: 40 },
      )
    })

    test('loadRecording() of an unknown digest is undefined', async () => {
      expect(await store().loadRecording('0'.repeat(64))).toBeUndefined()
      expect(await store().loadRecording('\u0000')).toBeUndefined()
    })

    test('digestRecording() and saveRecording() agree, and depend on the content alone', async () => {
      const run = await opened()
      const digest = await store().digestRecording(sampleRecording(20))
      expect(await store().saveRecording(run.id, sampleRecording(20))).toBe(digest)
      const { format, ...rest } = sampleRecording(20)
      expect(await store().digestRecording({ ...rest, format })).toBe(digest)
      expect(await store().digestRecording(sampleRecording(20, 2))).not.toBe(digest)
    })

    test('saveRecording() by racing callers of several runs stores it once for all', async () => {
      const runs = await Promise.all([opened(), opened(), opened()])
      const recording = sampleRecording(90, 77)
      const digests = await Promise.all(
        [...runs, ...runs].map((run) => store().saveRecording(run.id, structuredClone(recording))),
      )
      expect(new Set(digests).size).toBe(1)
      expect(await store().loadRecording(digests[0] ?? '')).toStrictEqual(recording)
    })

    test('saveRecording() of an unknown run is not found', async () => {
      await expect(store().saveRecording('nobody', sampleRecording(3))).rejects.toMatchObject({
        code: 'not-found',
      })
    })

    test.each<[string, Partial<Recording>]>([
      ['a series that is too short', { metrics: { m: { kind: 'gauge', value: [[1]] } } }],
      ['fewer rows than pods', { metrics: { m: { kind: 'gauge', value: [] } } }],
      [
        'a bound without a row',
        { metrics: { m: { kind: 'latency', bounds: [1], above: [[]], total: [[1, 2]] } } },
      ],
      ['no whole number of slices', { slices: 1.5 }],
      ['too many slices', { slices: 1e12 }],
    ])('saveRecording() refuses %s', async (_, change) => {
      const run = await opened()
      const recording: Recording = {
        format: 'canary-judge/recording/1',
        sliceSeconds: 60,
        start: '2026-11-20T10:00:00Z',
        slices: 2,
        rolloutStart: 0,
        pods: [{ name: 'a', arm: 'canary' }],
        metrics: {},
        ...change,
      }
      await expect(store().saveRecording(run.id, recording)).rejects.toMatchObject({
        code: 'invalid-recording',
      })
    })
  })
}
