import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { minute, rolloutStart } from '../../../support/service/run-judge.ts'
import { type FlaggerRollout, isPlainLine, runFlagger, token } from '../flagger-caller.ts'

const labels = 'namespace="shop", name="web", policy="web", target="web", service="web", port="80"'

const ask = ({ url }: Pick<FlaggerRollout, 'url'>, query: string) =>
  request(url).get('/prometheus/api/v1/query').query({ query }).set('Authorization', `Bearer ${token}`)

/** The values of score, pass and fail, as Flagger reads them. */
async function values(flagger: FlaggerRollout): Promise<readonly number[]> {
  const read = []
  for (const asked of ['score', 'pass', 'fail']) {
    const { status, body } = await ask(flagger, `canary_judge_${asked}{${labels}}`)
    expect([status, body.status, body.data.resultType]).toEqual([200, 'success', 'vector'])
    expect(body.data.result).toHaveLength(1)
    expect(body.data.result[0].metric.__name__).toBe(`canary_judge_${asked}`)
    read.push(Number.parseFloat(body.data.result[0].value[1]))
  }
  return read
}

describe('GET /prometheus/api/v1/query', () => {
  test('says 1 for fail once a canary with ten times the errors is shown to be bad, without any hook', async () => {
    await using flagger = await runFlagger({ fixture: 'errors-x10' })
    flagger.clock.ms = rolloutStart + 20_000
    const [, ...first] = await values(flagger)
    expect(first).toEqual([0, 0])
    let fails: number | undefined
    for (let look = 1; look < 15 && fails !== 1; look++) {
      flagger.clock.ms = rolloutStart + look * minute + 20_000
      fails = (await values(flagger))[2]
    }
    expect(await values(flagger)).toEqual([0, 0, 1])
    const { items } = await flagger.store.listRuns({ namespace: 'shop', limit: 10 })
    expect(items).toMatchObject([{ source: 'flagger', revision: 'unknown', start: rolloutStart }])
  })

  test('speaks of the run that hooks opened, where there are any', async () => {
    await using flagger = await runFlagger()
    await flagger.begin()
    await flagger.until('rollout', 200)
    await values(flagger)
    const { items } = await flagger.store.listRuns({ namespace: 'shop', limit: 10 })
    expect(items).toMatchObject([{ revision: '7d9fb' }])
  })

  test('is a Prometheus that is there', async () => {
    await using flagger = await runFlagger()
    const { body } = await ask(flagger, 'vector(1)')
    expect(body.data.result[0].value[1]).toBe('1')
  })

  test.each([
    ['up', 'query: expected canary_judge_fail'],
    ['canary_judge_fail{namespace="shop"}', 'name: expected'],
    [`canary_judge_fail{${labels.replace('"web", policy="web"', '"web", policy="wbe"')}}`, 'unknown-policy'],
  ])('refuses %s with a line that Flagger puts into an Event', async (query, text) => {
    await using flagger = await runFlagger()
    const refused = await ask(flagger, query)
    expect(refused.status).toBeGreaterThanOrEqual(400)
    expect(refused.text).toContain(text)
    expect(isPlainLine(refused)).toBe(true)
  })

  test('wants a token', async () => {
    await using flagger = await runFlagger()
    const { status } = await ask(flagger, 'vector(1)').set('Authorization', 'Bearer wrong')
    expect(status).toBe(401)
  })
})
