import { describe, expect, test } from 'vitest'
import { minute, rolloutStart, runJudge, type RunningJudge } from '../support/service/run-judge.ts'

describe('POST /v1/judge about a revision that failed, and is tried again', () => {
  /** Fails at once. The next canary of the revision comes this many minutes after the last look. */
  const tryAgain = async (running: RunningJudge, pauseMinutes: number): Promise<string> => {
    running.clock.ms = rolloutStart + 12 * minute
    const { body: failed } = await running.judge()
    expect(failed.verdict).toBe('fail')
    const again = running.clock.ms + pauseMinutes * minute
    const start = new Date(again - 60 * minute).toISOString()
    running.source.recording = { ...running.source.recording, start }
    running.clock.ms = again
    return failed.run
  }

  test('gives it none of the fail after ten minutes without canary and looks, from before its first sample', async () => {
    await using running = await runJudge({ fixture: 'errors-x10' })
    const failed = await tryAgain(running, 11)
    running.clock.ms -= 20_000
    const { body: first } = await running.judge()
    expect(first.run).not.toBe(failed)
    expect(first.verdict).toBe('inconclusive')
    running.clock.ms += 90_000
    expect((await running.judge()).body).toMatchObject({ run: first.run, verdict: 'inconclusive' })
  })

  test('keeps the fail when it comes sooner', async () => {
    await using running = await runJudge({ fixture: 'errors-x10' })
    const failed = await tryAgain(running, 9)
    expect((await running.judge()).body).toMatchObject({ run: failed, verdict: 'fail' })
  })

  test('keeps the fail as long as its canary is there, however long there are no looks', async () => {
    await using running = await runJudge({ fixture: 'errors-x10' })
    running.clock.ms = rolloutStart + 7 * minute
    const { body: failed } = await running.judge()
    expect(failed.verdict).toBe('fail')
    running.clock.ms += 12 * minute
    expect((await running.judge()).body).toMatchObject({ run: failed.run, verdict: 'fail' })
    running.source.canaryStart = async ({ until, since = until }) => Math.min(until - 6 * 60 * minute, since)
    running.clock.ms += 7 * 60 * minute
    expect((await running.judge()).body).toMatchObject({ run: failed.run, verdict: 'fail' })
  })
})
