import { expect, test } from 'vitest'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import type { BasePolicies } from '../../../src/formats/policy/extend-policy.ts'
import { AppError } from '../../../src/errors.ts'

const mesh = `
name: mesh
history: 1h
hold: { for: 30m, then: fail }
metrics:
  - { name: errors, kind: errors, total: all, bad: bad, margin: 2 }
  - { name: p95, kind: latency, histogram: seconds, quantile: 0.95 }
  - { name: p99, kind: latency, histogram: seconds, quantile: 0.99, watch: true }
`
const bases: BasePolicies = { bundled: new Map([['mesh', parsePolicy(mesh).written]]), own: new Map() }
const extended = (text: string, known = bases) => parsePolicy(text, undefined, undefined, known)

function issuesOf(text: string): readonly unknown[] {
  try {
    extended(text)
  } catch (error) {
    if (error instanceof AppError) return error.issues
    throw error
  }
  return []
}

test('a policy of three lines is all of another one and its own metric', () => {
  const { policy } = extended(`
name: shop
extends: mesh
metrics: [{ name: orders, kind: conversion, good: paid, total: started }]
`)
  const whole = parsePolicy(
    `${mesh.replace('name: mesh', 'name: shop')}  - { name: orders, kind: conversion, good: paid, total: started }\n`,
  )
  expect(policy).toEqual(whole.policy)
})

test('keys of the file win, metrics are merged by name, and those to remove are left out', () => {
  const { policy } = extended(`
name: shop
extends: mesh
remove: [p99]
history: 2h
hold: { for: 10m }
metrics:
  - { name: p95, tolerance: 20%, margin: 30% }
  - { name: errors, kind: gauge, query: other }
`)
  expect(policy).toMatchObject({
    name: 'shop',
    historySeconds: 7200,
    hold: { forSeconds: 600, then: 'fail' },
  })
  expect(policy.metrics).toMatchObject([
    { name: 'errors', kind: 'gauge', query: 'other' },
    { name: 'p95', kind: 'latency', histogram: 'seconds', tolerance: 1.2, margin: 1.3 },
  ])
  expect(policy.metrics).toHaveLength(2)
})

test('the reading says which policy each key comes from, through several', () => {
  const shop = extended('name: shop\nextends: mesh\nstep: 5m\nmetrics: [{ name: p95, limit: 1s }]').written
  const { written } = extended('name: pay\nextends: shop\nhold: { for: 5m }', {
    ...bases,
    own: new Map([['shop', shop]]),
  })
  expect(written.from).toMatchObject({
    history: 'mesh',
    step: 'shop',
    'hold.for': 'pay',
    'hold.then': 'mesh',
    'metrics.p95.histogram': 'mesh',
    'metrics.p95.limit': 'shop',
  })
  expect(written.from).not.toHaveProperty('soak')
})

test('a policy of its own may extend the bundled one whose name it takes', () => {
  const own = new Map([['mesh', parsePolicy(mesh.replace('1h', '3h')).written]])
  const { policy } = extended('name: mesh\nextends: mesh\nstep: 5m', { ...bases, own })
  expect(policy).toMatchObject({ historySeconds: 3600, stepSeconds: 300 })
})

test.each([
  [
    'extends: mehs',
    {
      path: 'extends',
      message: 'expected the name of a policy, which are mesh; got "mehs", did you mean mesh?',
    },
  ],
  ['extends: 7', { path: 'extends', message: 'expected the name of a policy, which are mesh; got 7' }],
  [
    'extends: mesh\nremove: [p98]',
    {
      path: 'remove[0]',
      message:
        'expected the name of a metric of mesh, which are errors, p95, p99; got "p98", did you mean p95?',
    },
  ],
  ['extends: mesh\nremove: p99', { path: 'remove', message: 'expected a list of names of metrics' }],
  ['remove: [p99]\nmetrics: []', { path: 'remove', message: 'expected extends beside it' }],
  [
    'extend: mesh\nmetrics: [{ name: a, kind: errors }]',
    { message: 'unknown key "extend", did you mean extends?' },
  ],
  [
    'extends: mesh\nmetrics: [{ name: p95, quantile: 2 }]',
    { path: 'metrics[0].quantile', line: 3, column: 34 },
  ],
  ['extends: mesh\nmetrics: [{ name: new }]', { path: 'metrics[0].kind', line: 3 }],
  [
    'extends: mesh\nmetrics: [{ name: p95 }, { name: p95 }]',
    { path: 'metrics[1].name', message: 'expected a name of its own, got "p95" as in metrics[0]', line: 3 },
  ],
  ['extends: mesh\nmetrics: [{ name: errors, tolerance: 3 }]', { path: 'metrics[0].margin', line: 3 }],
  [
    'extends: mesh\nremove: [errors, p95, p99]',
    { path: 'extends', message: expect.stringMatching(/^metrics: /) },
  ],
])('%j is refused at its place in the file', (text, issue) => {
  expect(issuesOf(`name: shop\n${text}`)).toEqual([expect.objectContaining(issue)])
})
