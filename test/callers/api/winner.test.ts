import request from 'supertest'
import { expect, test } from 'vitest'
import { experiment } from '../../../bench/winner/winner-worlds.ts'
import { judgementSchema } from '../../../src/callers/api/judge-schemas.ts'
import { runApp } from '../../support/service/run-app.ts'

const recording = experiment({
  seed: 'api',
  noise: 'none',
  weight: 50,
  minutes: 30,
  rps: 200,
  pods: [3, 3],
  effect: { conversion: 1.3 },
})
const policy = {
  name: 'ab',
  decide: 'winner',
  falseAbort: '2%',
  metrics: [{ name: 'conversion', kind: 'conversion' }],
}
const body = { namespace: 'shop', name: 'web', canary: 'new-search', stable: 'old-search', policy, recording }

test('POST /v1/judge says which of two variants is better, and the pages of the run show it', async () => {
  await using running = await runApp()
  const answer = await request(running.url).post('/v1/judge').send(body)
  expect(answer.status).toBe(200)
  expect(judgementSchema.parse(answer.body)).toEqual(answer.body)
  expect(answer.body).toMatchObject({
    verdict: 'pass',
    winner: { answer: 'canary-better', error: 0.02 },
    metrics: [{ name: 'conversion', winner: 'canary-better' }],
  })
  expect(answer.body.summary).toMatch(/^pass: canary better: conversion \+/)

  const page = (address: string) => request(running.url).get(address).set('Accept', 'text/html')
  const { text: run } = await page(answer.body.links.run.replace('/v1', ''))
  expect(run).toContain('</em> canary better: conversion +')
  expect(run).toContain(
    'The chance of naming a better arm where the arms differ by no more than the tolerance is at most 2%.',
  )
  expect(run).toContain('<small>canary better</small>')
  const { text: verdict } = await page(answer.body.links.verdict.replace('/v1', ''))
  expect(verdict).toContain('winner canary better; the chance')

  const exchanged = {
    ...body,
    recording: {
      ...recording,
      pods: recording.pods.map(({ name, arm }) => ({ name, arm: arm === 'canary' ? 'stable' : 'canary' })),
    },
  }
  const other = await request(running.url)
    .post('/v1/judge')
    .send({ ...exchanged, name: 'other' })
  expect(other.body).toMatchObject({ verdict: 'fail', winner: { answer: 'stable-better' } })
})
