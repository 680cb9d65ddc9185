import { pino } from 'pino'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { argoAnswerSchema } from '../../../src/callers/argo/response.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { hangingStore } from '../../support/stand-ins/hanging-store.ts'
import { codesOf, fixturePolicy, minute, rolloutStart, runJudge } from '../../support/service/run-judge.ts'

const rollout = { namespace: 'shop', name: 'web', canaryHash: 'b', stableHash: 'a', policy: '' }
const firstStep = { step: '1', of: '3', weight: '5', next: '25', minutes: '5' }

const ask = (running: { readonly url: string }, body: object = firstStep) =>
  request(running.url)
    .post('/v1/argo')
    .set('Authorization', 'Bearer ann-token-0123456789')
    .send({ ...rollout, ...body })

/** Expects a 200 that Argo can read, and gives its verdict. */
const expectAnswer = ({ status, headers, text }: request.Response) => {
  expect([status, headers['content-length']]).toEqual([200, String(Buffer.byteLength(text))])
  expect(text).not.toMatch(/\bnull\b|NaN/)
  const answer = argoAnswerSchema.parse(JSON.parse(text))
  expect(answer.argo).toEqual([Math.round(answer.score * 10) / 10, answer.verdict, answer.summary])
  expect(answer.summary).not.toMatch(/[<>&\n]/)
  return answer
}

describe('POST /v1/argo on the whole service', () => {
  test('fails a canary with ten times the errors, and never before it has seen them', async () => {
    await using running = await runJudge({ fixture: 'errors-x10' })
    const verdicts: string[] = []
    for (let look = 0; look < 15; look++) {
      running.clock.ms = rolloutStart + look * minute + 20_000
      verdicts.push(expectAnswer(await ask(running)).argo[1])
    }
    const first = verdicts.indexOf('fail')
    expect(first).toBeGreaterThan(0)
    expect(new Set(verdicts.slice(0, first))).toEqual(new Set(['inconclusive']))
    expect(new Set(verdicts.slice(first))).toEqual(new Set(['fail']))
    const { items } = await running.store.listRuns({ namespace: 'shop', limit: 10 })
    expect(items).toMatchObject([{ source: 'argo', revision: 'b', stableRevision: 'a', gates: 3 }])
    const steps = await running.store.listSteps(items[0]?.id ?? '')
    expect(steps).toMatchObject([{ index: 0, weight: 5, next: 25 }])
  })

  test('makes each index a step of the plan, with the weight that is set or the one of the plan', async () => {
    await using running = await runJudge()
    const plan = { steps: '5,25,50', minutes: '5', looks: '9' }
    const indexes = ['2', '5', '8']
    for (const [step, index] of indexes.entries()) {
      for (const look of [0, 4]) {
        running.clock.ms = rolloutStart + (step * 5 + look) * minute + 20_000
        expectAnswer(await ask(running, { ...plan, index, ...(step === 1 && { weight: '30' }) }))
      }
    }
    const { items } = await running.store.listRuns({ namespace: 'shop', limit: 10 })
    expect(items).toMatchObject([{ gates: 3 }])
    expect(await running.store.listSteps(items[0]?.id ?? '')).toMatchObject([
      { index: 0, callerIndex: 2, weight: 5, next: 25, startedAt: rolloutStart + minute },
      { index: 1, callerIndex: 5, weight: 30, next: 50, startedAt: rolloutStart + 6 * minute },
      { index: 2, callerIndex: 8, weight: 50, next: 100, startedAt: rolloutStart + 11 * minute },
    ])
  })

  test('is idempotent: the same call twice gives the same id, and one row', async () => {
    await using running = await runJudge()
    running.clock.ms = rolloutStart + 3 * minute + 20_000
    const first = expectAnswer(await ask(running))
    running.clock.ms += 10_000
    const second = expectAnswer(await ask(running))
    expect(second).toEqual(first)
    const { items } = await running.store.listVerdicts(first.run, { limit: 10 })
    expect(items.map(({ id }) => id)).toEqual([first.id])
  })

  test('says that the requests were chosen, where the Rollout says how', async () => {
    await using running = await runJudge()
    running.clock.ms = rolloutStart + 2 * minute + 20_000
    const plain = expectAnswer(await ask(running))
    const chosen = expectAnswer(await ask(running, { ...firstStep, selected: 'header x-insider' }))
    expect(chosen.reasons).toEqual([
      ...plain.reasons,
      {
        code: 'selected-users',
        text: 'the canary has only chosen requests (header x-insider): a difference may be one of users, not of versions',
      },
    ])
    expect(chosen.id).not.toBe(plain.id)
  })

  test('answers inconclusive when there is no data yet', async () => {
    await using running = await runJudge({ fixture: 'no-canary-data' })
    running.clock.ms = rolloutStart + 2 * minute + 20_000
    const answer = expectAnswer(await ask(running))
    expect(answer.argo[1]).toBe('inconclusive')
    expect(codesOf(answer)).toContain('no-canary-data')
  })

  test('says that Argo will ask too seldom for the step, in a verdict of its own, and judges all the same', async () => {
    await using running = await runJudge()
    running.clock.ms = rolloutStart + 2 * minute + 20_000
    const few = expectAnswer(await ask(running, { ...firstStep, looks: '8' }))
    expect(few.argo[2]).toMatch(
      /; 8 looks are planned for a step of 5 minutes, 19 are needed for it and a hold of 10 minutes$/,
    )
    expect(codesOf(few)).toContain('few-looks')
    const enough = expectAnswer(await ask(running, { ...firstStep, looks: '19' }))
    expect(codesOf(enough)).not.toContain('few-looks')
    expect([enough.judged, enough.run]).toEqual([few.judged, few.run])
    expect(enough.id).not.toBe(few.id)
  })

  test('answers inconclusive when Prometheus is down', async () => {
    await using running = await runJudge()
    running.source.fault = 'down'
    const answer = expectAnswer(await ask(running))
    expect(answer.argo[1]).toBe('inconclusive')
    expect(codesOf(answer)).toEqual(['no-canary-data', 'source-down'])
    expect(answer.summary).toBe('inconclusive: Prometheus refused the connection')
  })

  test('answers inconclusive `overloaded` instead of 429 or 503', async () => {
    await using running = await runJudge({ overrides: { judge: { maxLooks: 0 } } })
    const answer = expectAnswer(await ask(running))
    expect([answer.argo[1], ...codesOf(answer)]).toEqual(['inconclusive', 'overloaded'])
  })

  test('answers within the deadline of 8 s when Prometheus and the store both hang', async () => {
    const real = await openStore({
      url: 'sqlite::memory:',
      clock: { now: () => rolloutStart },
      log: pino({ level: 'silent' }),
    })
    const holder = hangingStore(real)
    await using running = await runJudge({ overrides: { openStore: async () => holder.store } })
    running.source.fault = 'hangs'
    holder.hangs = true
    const begun = performance.now()
    const response = await ask(running)
    const took = performance.now() - begun
    const answer = expectAnswer(response)
    expect([answer.argo[1], answer.kept]).toEqual(['inconclusive', false])
    expect(codesOf(answer)).toContain('source-timeout')
    expect(took).toBeLessThan(8000)
    holder.hangs = false
  })

  test('shows what a person decided, with their words kept plain', async () => {
    await using running = await runJudge()
    expectAnswer(await ask(running))
    await running.decide({ decision: 'reject', reason: 'errors <script> & more' })
    const answer = expectAnswer(await ask(running))
    expect(answer.argo[1]).toBe('fail')
    expect(answer.argo[2]).toMatch(/^fail: rejected by ann: errors script more/)
  })

  test('refuses an unknown policy with 422, naming those that are loaded', async () => {
    await using running = await runJudge()
    const { status, body } = await ask(running, { policy: 'wbe' })
    expect([status, body.code]).toEqual([422, 'unknown-policy'])
    expect(body.detail).toContain('web')
  })

  test('goes on as before with the policy that the run began with', async () => {
    await using running = await runJudge()
    running.clock.ms = rolloutStart + 3 * minute
    const before = expectAnswer(await ask(running))
    await running.writePolicy(fixturePolicy.replace('errors,', 'faults,'))
    await running.app.reload()
    const after = expectAnswer(await ask(running))
    expect([after.run, ...after.metrics.map(({ name }) => name)]).toEqual([before.run, 'errors'])
  })
})
