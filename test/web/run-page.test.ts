import request from 'supertest'
import { expect, test } from 'vitest'
import { minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'

test('the page of a run shows the labels of the release, and the numbers of each look where the reader points', async () => {
  await using judge = await runJudge({ fixture: 'errors-x10' })
  const labels = { commit: '4f0c2aa', image: '<b>shop/web:1.9</b>' }
  for (const minutes of [4, 5]) {
    judge.clock.ms = rolloutStart + minutes * minute
    await judge.judge({ labels })
  }
  const { items } = await judge.store.listRuns({ limit: 1 })
  const { text } = await request(judge.url)
    .get(`/runs/${items[0]?.id}`)
    .set({ Accept: 'text/html', Authorization: 'Bearer ann-token-0123456789' })
  expect(text).toContain(' · commit 4f0c2aa · image &lt;b&gt;shop/web:1.9&lt;/b&gt;')
  const spots = [...text.matchAll(/<title>(\d\d:\d\d UTC: [^<]*)<\/title>/g)].map(([, spot]) => spot)
  expect(spots).toContainEqual(expect.stringMatching(/^\d\d:\d\d UTC: canary [\d.]+%.*, stable [\d.]+%/))
  expect(spots).toContainEqual(expect.stringMatching(/^\d\d:\d\d UTC: [\d.]+× \([\d.]+ to [\d.]+\)$/))
  expect(spots).toContainEqual(expect.stringMatching(/^\d\d:\d\d UTC: harm [\d.,]+/))
})
