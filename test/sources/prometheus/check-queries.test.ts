import { expect, test } from 'vitest'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import { checkQueries } from '../../../src/sources/prometheus/queries/check-queries.ts'

const check = (more: string) => checkQueries(parsePolicy(`name: web\n${more}`).policy)
const of = (metric: string) => check(`metrics: [{name: m, ${metric}}]`)

test('checkQueries(policy) finds nothing in what can be asked, nor in what is left to the preset', () => {
  expect(of('kind: errors')).toEqual([])
  expect(of('kind: errors, total: a_total, bad: \'a_total{code=~"5.."}\'')).toEqual([])
  expect(of("kind: gauge, query: 'rate(cpu[2m]) / ignoring(x) limits'")).toEqual([])
  expect(check('select: {canary: {t: c}, stable: {t: s}}\nmetrics: [{name: m, kind: latency}]')).toEqual([])
  expect(check('select: {preset: pods, labels: {pod: p}}\nmetrics: [{name: m, kind: conversion}]')).toEqual(
    [],
  )
})

test.each([
  [
    'total',
    'kind: errors, total: "sum(rate(a_total[5m]))"',
    'expected a selector such as',
    'without functions',
  ],
  ['bad', 'kind: errors, total: a_total, bad: \'a_total{code=~"5.."\'', 'expected PromQL, got a mistake'],
  ['good', 'kind: conversion, total: a_total, good: "{x=\'y\'}"', 'begins with the name of a metric'],
  ['histogram', 'kind: latency, histogram: "a_bucket[5m]"', 'expected a selector such as'],
  ['query', 'kind: gauge, query: "a +"', 'expected PromQL, got a mistake'],
  ['query', 'kind: gauge, query: "1 + 1"', 'expected a query with at least one selector'],
])('checkQueries(policy) finds a %s that cannot be asked: %s', (key, metric, ...messages) => {
  const mistakes = of(metric)
  expect(mistakes).toMatchObject([{ path: ['metrics', 0, key] }])
  for (const message of messages) expect(mistakes[0]?.message).toContain(message)
})

test('checkQueries(policy) finds presets and labels of presets that there are none of', () => {
  expect(check('select: pod\nmetrics: [{name: m, kind: errors}]')).toMatchObject([
    { path: ['select', 'preset'], message: expect.stringMatching(/^expected one of pods, .*; got "pod"$/) },
  ])
  const own = 'metrics: [{name: m, kind: errors, select: {preset: pods, labels: {pods: p}}}]'
  expect(check(own)).toEqual([
    {
      path: ['metrics', 0, 'select', 'labels', 'pods'],
      message: 'expected one of container, instance, job, namespace, pod for preset pods',
    },
  ])
})
