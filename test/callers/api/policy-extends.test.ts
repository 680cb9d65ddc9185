import request from 'supertest'
import { expect, test } from 'vitest'
import { runApp } from '../../support/service/run-app.ts'

const orders = '{ name: orders, kind: conversion, select: pods, good: paid_total, total: started_total }'

test('POST /v1/policies/validate shows the whole of what extends a bundled policy, and where each key comes from', async () => {
  await using running = await runApp()
  const validate = (text: string) =>
    request(running.url)
      .post('/v1/policies/validate')
      .set('Content-Type', 'application/yaml')
      .send(`name: shop\n${text}\nmetrics: [${orders}]`)
  const { status, body } = await validate('extends: istio\nremove: [p99]')
  expect(status).toBe(200)
  const names = body.policy.metrics.map(({ name }: { name: string }) => name)
  expect(names.slice(0, 2)).toEqual(['errors', 'p95'])
  expect(names.at(-1)).toBe('orders')
  expect(names).not.toContain('p99')
  expect(body.policy.select).toEqual({ preset: 'istio-workload', labels: {} })
  expect(body.from).toMatchObject({
    select: 'istio',
    'metrics.errors.total': 'istio',
    'metrics.orders.good': 'shop',
  })
  const wrong = await validate('extends: istoi')
  expect([wrong.status, wrong.body.code]).toEqual([422, 'invalid-policy'])
  expect(wrong.body.detail).toContain('line 2, column 10: extends: expected the name of a policy')
})
