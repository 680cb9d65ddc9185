import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { readThresholds } from '../../../src/cli/backtest/against/against.ts'
import { predicateOf } from '../../../src/cli/backtest/against/argo-predicate.ts'
import {
  type BacktestLine,
  backtestConclusion,
  strayText,
  toBacktestRow,
} from '../../../src/cli/backtest/backtest-text.ts'
import { runCli } from '../run-cli.ts'
import type { ReadingsOf } from '../../../src/cli/backtest/against/thresholds.ts'

describe('predicateOf', () => {
  const error = undefined
  test.each([
    ['result[0] < 0.05', [0.04], true],
    ['result[0] < 0.05', [0.05], false],
    ['result[0] <= 0.05', [0.05], true],
    ['0.05 >= result[0]', [0.05], true],
    ['result[0] == 0', [0], true],
    ['result[0] != 0', [0], false],
    ['result[0] >= asFloat(0.95)', [0.95], true],
    ['result[0] < 0.05', [Number.NaN], false],
    ['result[0] < 0.05', [], error],
    ['isNaN(result[0]) || result[0] < 0.05', [Number.NaN], true],
    ['isNaN(result[0]) || result[0] < 0.05', [], error],
    ['len(result) == 0 || result[0] < 0.05', [], true],
    ['len(result) > 0 && result[0] < 0.05', [], false],
    ['!isNaN(result[0]) && result[0] > 1', [2], true],
    ['isInf(result[0]) || result[0] < 1', [Infinity], true],
    ['result[0] > 1 && result[0] < 3', [4], false],
    ['(result[0] > 1) && (result[0] < 3)', [2], true],
    ['all(result, {# < 3})', [1, 2], true],
    ['all(result, # < 3)', [1, 4], false],
    ['default(result[0], 0) < 0.05', [0.1], false],
    ['result == nil || result[0] < 1', [0], true],
  ])('predicateOf %s of %j is %s', (condition, values, expected) => {
    expect(predicateOf(condition, false)?.(values)).toBe(expected)
  })

  test.each([
    'result < 0.05',
    'result[0] < result[1]',
    '(result[0] < 1 || result[0] > 3) && result[0] != 2',
    'result[0] matches "x"',
    'any(result, {# > 1})',
  ])('predicateOf has nothing for %s', (condition) => {
    expect(predicateOf(condition, false)).toBeUndefined()
  })

  test('predicateOf compares the number of a scalar query, and takes no part of it', () => {
    expect(predicateOf('result < 0.05', true)?.([0.01])).toBe(true)
    expect(predicateOf('result[0] < 0.05', true)).toBeUndefined()
  })
})

const canary = {
  values: { namespace: 'shop', name: 'web', canary: 'aaa', stable: 'bbb' },
  traffic: 60,
  end: 600,
}

/** A value for each minute from the start; a list where there are several or none. */
function minutes(values: readonly (number | readonly number[])[]): ReadingsOf {
  return () =>
    Promise.resolve((seconds) => {
      const value = values[Math.min(Math.floor(seconds / 60), values.length - 1)] ?? []
      return typeof value === 'number' ? [value] : value
    })
}

async function judged(manifest: object, readingsOf: ReadingsOf) {
  const [thresholds] = await readThresholds(['-'], Readable.from([JSON.stringify(manifest)]))
  return thresholds?.judge(canary, readingsOf)
}

const analysis = (metrics: readonly object[], rest: object = {}) => ({
  kind: 'AnalysisTemplate',
  metadata: { name: 'errors' },
  spec: { metrics, ...rest },
})

const errorRate = {
  name: 'error-rate',
  interval: '1m',
  successCondition: 'result[0] < 0.05',
  provider: { prometheus: { query: 'errors{hash="{{args.canary-hash}}"}' } },
}

const between = { successCondition: 'result[0] < 0.05', failureCondition: 'result[0] >= 0.1' }

describe('an AnalysisTemplate', () => {
  test.each([
    ['no value fails', {}, [0], undefined],
    ['failures exceed the limit of 0', {}, [0, 0, 0.06, 0], ['aborted', 120]],
    ['failures reach failureLimit', { failureLimit: 2 }, [0.06, 0, 0.06, 0], undefined],
    ['failures exceed failureLimit', { failureLimit: 2 }, [0.06, 0, 0.06, 0, 0.06, 0], ['aborted', 240]],
    ['failureLimit is an arg', { failureLimit: '{{args.limit}}' }, [0.06, 0.06, 0], ['aborted', 60]],
    ['failureLimit is -1', { failureLimit: -1 }, [0.06], undefined],
    ['it fails after count', { count: 3 }, [0, 0, 0, 0.06], undefined],
    ['it fails at the last of count', { count: 4 }, [0, 0, 0, 0.06], ['aborted', 180]],
    ['it is measured once', { interval: undefined }, [0, 0.06], undefined],
    ['it fails during initialDelay', { initialDelay: '2m' }, [0.06, 0.06, 0], undefined],
    ['it fails after initialDelay', { initialDelay: '2m' }, [0, 0, 0.06], ['aborted', 120]],
    ['interval is longer', { interval: '5m' }, [0, 0.06, 0.06, 0.06, 0.06, 0], undefined],
    ['a value is between the conditions', between, [0, 0.07], ['paused', 60]],
    ['inconclusiveLimit holds', { ...between, inconclusiveLimit: 1 }, [0, 0.07, 0], undefined],
    ['a value is above both', { ...between, inconclusiveLimit: 1 }, [0, 0.2], ['aborted', 60]],
    ['five errors in a row, 10 s apart', {}, [0, []], ['aborted', 100]],
    ['data come before the fifth error', { initialDelay: '30s' }, [[], 0], undefined],
    ['consecutiveErrorLimit is higher', { consecutiveErrorLimit: 6 }, [[], 0], undefined],
    ['no data is a success', { successCondition: 'len(result) == 0 || result[0] < 0.05' }, [[]], undefined],
    ['enough successes come first', { consecutiveSuccessLimit: 2 }, [0, 0, 0.06], undefined],
    [
      'successes in a row are too few',
      { consecutiveSuccessLimit: 3, failureLimit: 9, count: 4 },
      [0, 0, 0.06, 0],
      ['paused', 180],
    ],
  ] as const)('ends the rollout as Argo does where %s', async (_case, metric, values, expected) => {
    const args = [{ name: 'limit', value: '1' }]
    const template = analysis([{ ...errorRate, ...metric }], { args })
    const { ended, leftOut } = (await judged(template, minutes(values))) ?? {}
    expect(leftOut).toEqual([])
    expect(ended && [ended.outcome, ended.at]).toEqual(expected)
  })

  test('says which metric ended it, at which value and why', async () => {
    const { ended } = (await judged(analysis([errorRate]), minutes([0, 0.0625]))) ?? {}
    expect(ended?.why).toBe(
      'error-rate: failed 1, more than failureLimit 0; result 0.0625, successCondition result[0] < 0.05',
    )
  })

  test('is ended by the metric that ends first', async () => {
    const late = { ...errorRate, name: 'late', initialDelay: '3m' }
    const early = { ...errorRate, name: 'early', initialDelay: '1m' }
    const { ended } = (await judged(analysis([late, early]), minutes([0.06]))) ?? {}
    expect(ended).toMatchObject({ at: 60, why: expect.stringMatching(/^early: /) })
  })

  test('asks with the values of the rollout, from initialDelay on and at its interval', async () => {
    const asked: unknown[] = []
    const query = 'a{new="{{args.hash}}",old="{{args.old}}",ns="{{args.namespace}}",app="{{ args.app }}"}'
    const args = [{ name: 'old', valueFrom: { podTemplateHashValue: 'Stable' } }]
    const metric = { ...errorRate, initialDelay: '90s', interval: '2m', provider: { prometheus: { query } } }
    await judged(analysis([metric], { args }), (...question) => {
      asked.push(question)
      return Promise.resolve(() => [0])
    })
    expect(asked).toEqual([['a{new="aaa",old="bbb",ns="shop",app="web"}', 90, 120]])
  })

  test.each([
    [{ provider: { datadog: {} } }, 'its provider is datadog, and only Prometheus can be asked'],
    [
      { provider: { prometheus: { query: 'a{x="{{args.team-name}}"}[{{args.window}}]' } } },
      'expected a value: --arg teamName=… --arg window=…',
    ],
    [
      { successCondition: 'result < 0.05' },
      'successCondition: expected comparisons of result[0] with numbers, joined by || and &&, got result < 0.05',
    ],
    [{ provider: { prometheus: { query: 'a', rangeQuery: {} } } }, 'its query is a range query'],
    [{ interval: 'often' }, 'interval: expected a number or a duration, got often'],
  ])('leaves out a metric with %j and says why', async (metric, why) => {
    const found = await judged(analysis([{ ...errorRate, ...metric }]), minutes([0]))
    expect(found).toEqual({ ended: undefined, metrics: 0, leftOut: [{ metric: 'error-rate', why }] })
  })

  test('leaves out a metric of dryRun, because its result has no effect', async () => {
    const template = analysis([errorRate], { dryRun: [{ metricName: 'error-rate' }] })
    expect(await judged(template, minutes([1]))).toMatchObject({ metrics: 0, ended: undefined })
  })
})

const flagger = (metrics: readonly object[], rest: object = {}, spec: object = {}) => ({
  apiVersion: 'flagger.app/v1beta1',
  kind: 'Canary',
  metadata: { name: 'web' },
  spec: { analysis: { interval: '1m', threshold: 2, metrics, ...rest }, ...spec },
})

const successRate = { name: 'request-success-rate', thresholdRange: { min: 99 } }

describe('a Canary', () => {
  test.each([
    ['no check fails', [successRate], [100], undefined],
    ['one failed check is below threshold', [successRate], [100, 100, 98, 100], undefined],
    ['threshold is reached, in a row or not', [successRate], [100, 100, 98, 100, 98, 100], 300],
    ['the value is at its min', [successRate], [99], undefined],
    ['there is no value', [successRate], [[]], 240],
    ['the value is NaN', [successRate], [Number.NaN], 240],
    ['traffic has not begun', [successRate], [98, 98, 100], undefined],
    ['only threshold is given', [{ name: 'request-success-rate', threshold: 99 }], [98], 240],
    ['a duration is above max', [{ name: 'request-duration', thresholdRange: { max: 500 } }], [501], 240],
    [
      'a duration is above max by less than a millisecond',
      [{ name: 'request-duration', thresholdRange: { max: 500 } }],
      [500.9],
      undefined,
    ],
    ['a query is above threshold', [{ name: 'own', query: 'a', threshold: 5 }], [6], 240],
  ] as const)('rolls back as Flagger does where %s', async (_case, metrics, values, expected) => {
    const { ended, leftOut } = (await judged(flagger(metrics), minutes(values))) ?? {}
    expect(leftOut).toEqual([])
    expect(ended?.at).toBe(expected)
  })

  test('rolls back at the first failed check where it has no threshold', async () => {
    const { ended } = (await judged(flagger([successRate], { threshold: 0 }), minutes([98.25]))) ?? {}
    expect(ended).toEqual({
      outcome: 'aborted',
      at: 180,
      why: '1 failed check, threshold 1; request-success-rate: 98.25, min 99',
    })
  })

  test.each([
    ['istio', 'istio_requests_total{reporter="destination",destination_workload_namespace="shop"'],
    ['nginx', 'nginx_ingress_controller_requests{namespace="shop",ingress="front"'],
    ['gatewayapi:v1', 'kubernetes_pod_name=~"web-app-[0-9a-zA-Z]+'],
    ['contour', 'envoy_cluster_name=~"shop_web-svc-canary_'],
  ])('asks with the query of Flagger for %s and the names in the file', async (provider, part) => {
    const spec = {
      provider,
      targetRef: { name: 'web-app' },
      service: { name: 'web-svc' },
      ingressRef: { name: 'front' },
    }
    const asked: unknown[][] = []
    await judged(flagger([{ ...successRate, interval: '2m' }], {}, spec), (...question) => {
      asked.push(question)
      return Promise.resolve(() => [100])
    })
    const [[query, from, step] = []] = asked
    expect({ query, from, step }).toEqual({ query: expect.stringContaining(part), from: 120, step: 60 })
    expect(query).toContain('[2m]')
    expect(query).not.toContain('{{')
  })

  test('checks metrics of a MetricTemplate last, and leaves out those of other providers', async () => {
    const template = (name: string, type: string) => ({
      apiVersion: 'flagger.app/v1beta1',
      kind: 'MetricTemplate',
      metadata: { name },
      spec: {
        provider: { type },
        query: 'b{ns="{{ namespace }}",team="{{ variables.team }}"}[{{ interval }}]',
      },
    })
    const own = (name: string) => ({
      name,
      templateRef: { name },
      thresholdRange: { max: 5 },
      templateVariables: { team: 'red' },
    })
    const items = [
      flagger([own('queue'), own('dog'), own('gone'), successRate]),
      template('queue', 'prometheus'),
      template('dog', 'datadog'),
    ]
    const asked: string[] = []
    const found = await judged({ kind: 'List', items }, (query) => {
      asked.push(query)
      return Promise.resolve(() => [98])
    })
    expect(asked[1]).toBe('b{ns="shop",team="red"}[1m]')
    expect(found).toMatchObject({
      metrics: 2,
      ended: { why: '2 failed checks, threshold 2; request-success-rate: 98, min 99' },
      leftOut: [
        { metric: 'dog', why: 'its provider is datadog, and only Prometheus can be asked' },
        { metric: 'gone', why: 'the files have no MetricTemplate gone; give its file too' },
      ],
    })
  })
})

test('readThresholds() wants an AnalysisTemplate or a Canary', async () => {
  await expect(readThresholds(['-'], Readable.from(['kind: Service\n']))).rejects.toThrow(
    'expected an AnalysisTemplate or a Canary of Flagger, got neither in -',
  )
})

const line: Omit<BacktestLine, 'against'> = {
  id: 'r1',
  start: '2026-01-05T01:10:00.000Z',
  minutes: 24,
  steps: [{ weight: 10, minutes: 24 }],
  outcome: 'passed',
  after: 24,
  why: 'pass: at 24',
  replayed: { id: 'r1', final: 'pass', firstFail: null, passedSteps: [], looks: [] },
}

test('the report names rollbacks, and times that are no rollouts', () => {
  const back: BacktestLine = { ...line, revision: 'a', stable: 'b', rollback: true }
  expect(toBacktestRow(back).split('\n').slice(1)).toEqual([
    '  a rollback: a had served before',
    '  pass: at 24',
  ])
  const first = (lines: readonly BacktestLine[]) => backtestConclusion(lines).split(':')[0]
  expect(first([line, back])).toBe('2 rollouts, 1 of them a rollback')
  expect(first([back, back])).toBe('2 rollouts, 2 of them rollbacks')
  expect(strayText({ version: 'a', from: Date.parse('2026-01-05T10:30:00Z') / 1000, to: 0 })).toContain(
    'left out: pods of a at 2026-01-05 10:30 for ',
  )
})

test('the report says what the thresholds would have done, and how often', () => {
  const name = 'Canary web'
  const leftOut = [{ metric: 'dog', why: 'its provider is datadog' }]
  const aborted = { name, outcome: 'aborted', after: 4, why: 'own: 6, max 5', leftOut } as const
  const promoted = { name, outcome: 'promoted', why: 'every limit held to the end', leftOut: [] } as const
  const notJudged = { name, outcome: 'not judged', why: 'no metric could be evaluated', leftOut } as const
  const rows = [aborted, promoted, notJudged].map((one) => toBacktestRow({ ...line, against: [one] }))
  expect(rows.map((row) => row.split('\n').at(-1))).toEqual([
    '  Canary web: would abort at 4 min: own: 6, max 5; not evaluated: dog',
    '  Canary web: would promote: every limit held to the end',
    '  Canary web: not judged: no metric could be evaluated',
  ])
  expect(backtestConclusion([{ ...line, against: [aborted, promoted, notJudged] }])).toBe(
    '1 rollout: 1 would pass, 0 would be aborted, a person would be asked about 0.\n' +
      'Canary web: 1 would be promoted, 1 aborted, 0 paused, 1 not judged.',
  )
})

test('backtest --against wants Prometheus, not recordings in files', async () => {
  const { code, err } = await runCli('backtest --policy web.yaml --against canary.yaml past.jsonl')
  expect({ code, err }).toEqual({
    code: 3,
    err: expect.stringContaining('--against needs Prometheus: expected no files with recordings'),
  })
})
