import { expect, test } from 'vitest'
import { fixturePolicy, minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'

const step = (index: number) => ({ index, of: 3, minutes: 5 })

test.each([
  ['onNoData: proceed', 'no-canary-data'],
  // A hold does not pass a canary that had no data, so this one has data, but too few for `strict`.
  ['hold: {for: 1m, then: proceed}', 'healthy'],
] as const)(
  'POST /v1/judge lets only that step go on which `%s` has waited for, and not the next',
  async (rule, fixture) => {
    await using running = await runJudge({
      fixture,
      policy: `${fixturePolicy}\npass: strict\n${rule}`,
    })
    running.clock.ms = rolloutStart
    await running.judge({ step: step(0) })
    running.clock.ms = rolloutStart + 7 * minute + 20_000
    expect((await running.judge({ step: step(0) })).body.verdict).toBe('pass')
    const { body } = await running.judge({ step: step(1) })
    expect(body).toMatchObject({ judged: 'inconclusive', verdict: 'inconclusive' })
    expect(body.summary).toMatch(
      /^inconclusive: step 2 begins at .*, and no data of this step have been seen yet/,
    )
    expect(body.reasons.map(({ code }: { code: string }) => code)).not.toContain('gate-policy')
    running.clock.ms += 7 * minute
    expect((await running.judge({ step: step(1) })).body.verdict).toBe('pass')
  },
)
