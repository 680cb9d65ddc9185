import { describe, expect, it } from 'vitest'
import type { MetricPolicy } from '../../../src/engine/model/policy.ts'
import { parsePolicy, parsePolicyObject } from '../../../src/formats/policy/parse-policy.ts'
import { mistakesOf } from '../recordings.ts'

const head = 'name: web\nmetrics:\n'
const metric = (line: string): MetricPolicy | undefined =>
  parsePolicy(`${head}  - ${line}\n`).policy.metrics[0]
const mistakes = (text: string): readonly string[] => mistakesOf(() => parsePolicy(text))
const metricMistakes = (line: string): readonly string[] => mistakes(`${head}  - ${line}\n`)

describe('parsePolicy defaults', () => {
  it('parsePolicy(name and metrics) fills in everything else', () => {
    expect(parsePolicy(`${head}  - {name: e, kind: errors}`).policy).toEqual({
      name: 'web',
      source: 'default',
      select: { preset: 'pods', labels: {} },
      slice: 'auto',
      historySeconds: 7200,
      warmupSeconds: 180,
      stepSeconds: 'auto',
      rolloutSeconds: 1800,
      soakSeconds: 180,
      falseAbort: 0.05,
      missedHarm: 0.05,
      riskProportional: true,
      pass: 'balanced',
      odds: 3,
      budget: { outcomes: 200 },
      onInconclusive: 'hold',
      hold: { forSeconds: 600, then: 'ask' },
      onNoData: 'hold',
      onSourceDown: 'hold',
      mode: 'enforce',
      approval: 'auto',
      metrics: [
        {
          name: 'e',
          kind: 'errors',
          required: true,
          watch: false,
          tolerance: 1,
          margin: 1.5,
          absoluteMargin: 0.001,
          mde: 1.5,
        },
      ],
    })
  })

  it.each([
    ['latency', { required: true, unit: 'seconds', quantile: 0.95, tolerance: 1.02, margin: 1.1, mde: 1.25 }],
    ['conversion', { required: true, tolerance: 0.01, margin: 0.04, mde: 1.1 }],
    ['gauge', { required: false, tolerance: 1.25 }],
  ])('parsePolicy(%s) has the defaults of its kind', (kind, defaults) => {
    expect(metric(`{name: m, kind: ${kind}}`)).toEqual({ name: 'm', kind, watch: false, ...defaults })
  })

  it('parsePolicy(policy) reads everything that can be set', () => {
    const { policy } = parsePolicy(`{name: a, source: eu, select: istio, slice: 30s, history: 1d, warmup: 0,
      step: 1h30m, rollout: 2h, soak: 90s, falseAbort: 10%, missedHarm: .2, riskProportional: false,
      pass: fast, odds: 9, budget: {outcomes: 50, slo: 99.9%, of: 2%}, onInconclusive: proceed,
      hold: {for: 2h, then: fail}, onNoData: fail, onSourceDown: proceed, mode: observe, approval: hybrid,
      metrics: [{name: e, kind: errors, total: t, bad: b, tolerance: 1.1, margin: 100%, absoluteMargin: 0.2%,
        mde: 2, limit: 5%, weight: 40%, required: false, source: us,
        select: {preset: nginx, labels: {namespace: exported_namespace}}}]}`)
    expect(policy).toEqual({
      name: 'a',
      source: 'eu',
      select: { preset: 'istio', labels: {} },
      slice: { seconds: 30 },
      historySeconds: 86_400,
      warmupSeconds: 0,
      stepSeconds: 5400,
      rolloutSeconds: 7200,
      soakSeconds: 90,
      falseAbort: 0.1,
      missedHarm: 0.2,
      riskProportional: false,
      pass: 'fast',
      odds: 9,
      budget: { outcomes: 50, slo: { objective: 0.999, of: 0.02 } },
      onInconclusive: 'proceed',
      hold: { forSeconds: 7200, then: 'fail' },
      onNoData: 'fail',
      onSourceDown: 'proceed',
      mode: 'observe',
      approval: 'hybrid',
      metrics: [
        {
          name: 'e',
          kind: 'errors',
          total: 't',
          bad: 'b',
          tolerance: 1.1,
          margin: 2,
          absoluteMargin: 0.002,
          mde: 2,
          limit: 0.05,
          weight: 0.4,
          required: false,
          watch: false,
          source: 'us',
          select: { preset: 'nginx', labels: { namespace: 'exported_namespace' } },
        },
      ],
    })
  })

  it('parsePolicy(select) takes labels of each arm', () => {
    const select = '{canary: {track: canary}, stable: {track: stable}}'
    expect(parsePolicy(`select: ${select}\n${head}  - {name: e, kind: errors}`).policy.select).toEqual({
      canary: { track: 'canary' },
      stable: { track: 'stable' },
    })
  })

  it('parsePolicy(histogram) finds milliseconds in its name, unless the unit is given', () => {
    const unit = (line: string): unknown => {
      const found = metric(`{name: l, kind: latency, ${line}}`)
      return found?.kind === 'latency' ? found.unit : undefined
    }
    expect(unit('histogram: istio_request_duration_milliseconds_bucket')).toBe('milliseconds')
    expect(unit('histogram: \'response_latency_ms{x="y_seconds"}\'')).toBe('milliseconds')
    expect(unit('histogram: \'http_seconds{a="b_ms"}\'')).toBe('seconds')
    expect(unit('histogram: a_ms, unit: seconds')).toBe('seconds')
  })

  it('parsePolicy(critical) tolerates nothing worse', () => {
    expect(metric('{name: a, kind: latency, critical: true}')).toMatchObject({ tolerance: 1, margin: 1.1 })
    expect(metric('{name: a, kind: conversion, critical: true}')).toMatchObject({ tolerance: 0 })
    expect(metric('{name: a, kind: errors, critical: true, tolerance: 1}')).toMatchObject({ tolerance: 1 })
    expect(metric('{name: a, kind: gauge, critical: true}')).toMatchObject({ tolerance: 1 })
  })

  it('parsePolicy(watch) gives weight 0 and is never required', () => {
    expect(metric('{name: a, kind: errors, watch: true}')).toMatchObject({
      weight: 0,
      required: false,
      watch: true,
    })
  })

  it.each(['tolerance: 1', 'tolerance: 0%', "tolerance: '1'"])(
    'parsePolicy(%s) is no worse for every kind',
    (line) => {
      for (const kind of ['errors', 'latency', 'gauge']) {
        expect(metric(`{name: a, kind: ${kind}, ${line}}`)).toMatchObject({ tolerance: 1 })
      }
      expect(metric(`{name: a, kind: conversion, ${line}}`)).toMatchObject({ tolerance: 0 })
    },
  )

  it('parsePolicy(tolerance) lifts a margin that was not set, never one that was', () => {
    expect(metric('{name: a, kind: latency, tolerance: 20%}')).toMatchObject({ tolerance: 1.2, margin: 1.2 })
    expect(metric('{name: a, kind: errors, tolerance: 3}')).toMatchObject({ tolerance: 3, margin: 3 })
    expect(metric('{name: a, kind: conversion, tolerance: 20%}')).toMatchObject({
      tolerance: 0.2,
      margin: 0.2,
    })
  })
})

describe('parsePolicy mistakes', () => {
  it('parsePolicy(policy) reports every mistake at once, in the order of the lines', () => {
    const text = `nam: web
soak: 3 minutes
hold: {for: 60m, than: ask}
mode: enforced
metrics:
  - name: errors
    kind: errors
    margin: 0.5
    maargin: 2
  - {name: errors, kind: latency, absoluteMargin: 1%}
  - {name: p95, kind: latency, tolerance: 20%, margin: 10%}
  - {kind: laten, qquantile: 1}
`
    expect(mistakes(text)).toEqual([
      '1:1 name: expected text, got nothing',
      '1:1 nam: unknown key "nam", did you mean name?',
      '2:7 soak: expected a duration such as 90s, 3m or 1h30m (at least 0s and at most 168h), got "3 minutes"',
      '3:18 hold.than: unknown key "than", did you mean then?',
      '4:7 mode: expected one of enforce, pause, observe, got "enforced", did you mean enforce?',
      '8:13 metrics[0].margin: expected a ratio such as 1.5, or a percentage such as 50% (above 1 and at most 1000), got 0.5',
      '9:5 metrics[0].maargin: unknown key "maargin", did you mean margin?',
      '10:12 metrics[1].name: expected a name of its own, got "errors" as in metrics[0]',
      '10:35 metrics[1].absoluteMargin: absoluteMargin is a key of errors, not of latency',
      '11:56 metrics[2].margin: expected a margin of at least the tolerance, 1.2, got 1.1',
      '12:12 metrics[3].kind: expected one of errors, latency, conversion, gauge, restarts, series, got "laten", did you mean latency?',
      '12:19 metrics[3].qquantile: unknown key "qquantile", did you mean quantile?',
    ])
  })

  it('parsePolicy(JSON) knows lines and columns too', () => {
    expect(
      mistakes('{\n  "name": "a",\n  "metrics": [{"name": "a", "kind": "errors", "limt": 1}]\n}'),
    ).toEqual(['3:47 metrics[0].limt: unknown key "limt", did you mean limit?'])
  })

  it('parsePolicy(policy) suggests nothing for a key that is like no other', () => {
    expect(metricMistakes('{name: a, kind: gauge, zzzzzzzz: 1}')).toEqual([
      '3:28 metrics[0].zzzzzzzz: unknown key "zzzzzzzz", expected one of kind, name, weight, required, watch, critical, source, select, query, tolerance, margin, limit',
    ])
  })

  it.each([
    ['{name: 5, kind: errors}', '3:12 metrics[0].name: expected text, got 5, put it in quotes'],
    [
      '{name: toString, kind: errors}',
      '3:12 metrics[0].name: expected another name, this one is reserved, got "toString"',
    ],
    [
      '{name: a b, kind: errors}',
      '3:12 metrics[0].name: expected a name of letters, digits, dots, dashes and underscores, got "a b"',
    ],
    ['{name: a, kind: errors, total: }', '3:36 metrics[0].total: expected text, got null'],
    ['{name: a, kind: errors, total: ""}', '3:36 metrics[0].total: expected at least 1 character, got ""'],
    [
      '{name: a, kind: errors, limit: 150%}',
      '3:36 metrics[0].limit: expected a percentage such as 5%, or a share such as 0.05 (above 0 and below 1), got "150%"',
    ],
    [
      '{name: a, kind: latency, limit: soon}',
      '3:37 metrics[0].limit: expected a duration such as 250ms or 1s, or a number of seconds (above 0s and at most 24h), got "soon"',
    ],
    [
      '{name: a, kind: gauge, limit: 5Xi}',
      '3:35 metrics[0].limit: expected a number or a quantity such as 512Mi (above 0), got "5Xi"',
    ],
    [
      '{name: a, kind: latency, quantile: 1}',
      '3:40 metrics[0].quantile: expected a quantile such as 0.95, 95% or p95, got 1',
    ],
    [
      '{name: a, kind: conversion, margin: 100%}',
      '3:41 metrics[0].margin: expected a percentage such as 10%, or a drop such as 0.1 (above 0 and at most 0.999), got "100%"',
    ],
    [
      '{name: a, kind: errors, margin: .inf}',
      '3:37 metrics[0].margin: expected a ratio such as 1.5, or a percentage such as 50% (above 1 and at most 1000), got Infinity',
    ],
    [
      '{name: a, kind: conversion, tolerance: 20%, margin: 10%}',
      '3:57 metrics[0].margin: expected a margin of at least the tolerance, 0.2, got 0.1',
    ],
    [
      '{name: a, kind: errors, critical: true, tolerance: 2}',
      '3:56 metrics[0].tolerance: expected no tolerance beside critical: true, which tolerates nothing worse, got 2',
    ],
    [
      '{name: a, kind: errors, watch: true, required: true}',
      '3:52 metrics[0].required: expected no required beside watch: true, which never decides',
    ],
    [
      '{name: a, kind: errors, watch: true, critical: true}',
      '3:52 metrics[0].critical: expected no critical beside watch: true, which never decides',
    ],
    [
      '{name: a, kind: errors, watch: true, weight: .5}',
      '3:50 metrics[0].weight: expected no weight beside watch: true, which never decides, got 0.5',
    ],
    ['{name: a, kind: errors, required: yes}', '3:39 metrics[0].required: expected true or false, got "yes"'],
    [
      '{name: a, kind: errors, select: {canary: {a: b}}}',
      '3:37 metrics[0].select.stable: expected a map, got nothing',
    ],
    [
      '{name: a, kind: errors, select: {canary: {a: b}, stabel: {a: c}}}',
      '3:54 metrics[0].select.stabel: unknown key "stabel", did you mean stable?',
    ],
    [
      '{name: a, kind: errors, select: {canary: {a: b}, stable: {a: b}}}',
      '3:37 metrics[0].select: expected labels that tell canary and stable apart, got the same for both',
    ],
    [
      '{name: a, kind: errors, select: {canary: {a-b: b}, stable: {a: b}}}',
      '3:47 metrics[0].select.canary.a-b: expected a Prometheus label name, got "a-b"',
    ],
    [
      '{name: a, kind: errors, select: {canary: {v: 1}, stable: {v: 2}}}',
      '3:50 metrics[0].select.canary.v: expected text, got 1, put it in quotes',
    ],
    [
      '{name: a, kind: errors, select: {canary: {}, stable: {v: "2"}}}',
      '3:46 metrics[0].select.canary: expected at least one label, got a map',
    ],
    [
      '{name: a, kind: errors, select: {preset: pods, labels: {__proto__: x}}}',
      '3:61 metrics[0].select.labels.__proto__: expected a label, got a reserved word',
    ],
    [
      '{name: a, kind: errors, select: Istio}',
      '3:37 metrics[0].select: expected the name of a preset, such as pods or istio, got "Istio"',
    ],
    ['5', '3:5 metrics[0]: expected a map, got 5'],
  ])('parsePolicy(metric %s) names the mistake', (line, mistake) => {
    expect(metricMistakes(line)).toContain(mistake)
  })

  it.each([
    [
      'slice: 500ms',
      '1:8 slice: expected auto, or a duration such as 90s, 3m or 1h30m (at least 1s and at most 1h), got "500ms"',
    ],
    [
      'step: 600',
      '1:7 step: expected auto, or a duration such as 90s, 3m or 1h30m (at least 1s and at most 168h), got 600',
    ],
    [
      'falseAbort: 0.6',
      '1:13 falseAbort: expected a percentage such as 5%, or a share such as 0.05 (above 0 and at most 0.5), got 0.6',
    ],
    [
      'select: {canary: {a: b}, stable: {a: b}}',
      '1:9 select: expected labels that tell canary and stable apart, got the same for both',
    ],
    [
      `select: {preset: pods, labels: {pod: 'x="y"} or vector(1) #'}}`,
      '1:38 select.labels.pod: expected a Prometheus label name, or nothing where there is no such label, got "x=\\"y\\"} or vector(1) #"',
    ],
    [
      '__proto__: {}',
      '1:1 __proto__: unknown key "__proto__", expected one of name, source, select, slice, history, warmup, step, rollout, soak, falseAbort, missedHarm, riskProportional, decide, pass, odds, budget, onInconclusive, hold, onNoData, onSourceDown, mode, approval, group, metrics, extends, remove',
    ],
    ['<<: {mode: pause}', '1:1 ["<<"]: merge keys (<<) are not supported, expected the keys themselves'],
    ['name: again', '2:1 : expected each key once, got "name" again'],
    ['mode: !custom x', '1:7 : Unresolved tag: !custom'],
    ['select: *nowhere', '1:9 : expected an anchor before its alias, got "*nowhere"'],
    ['? [a]\n: b', '1:3 : expected a plain word as key'],
  ])('parsePolicy(%s) names the mistake', (line, mistake) => {
    expect(mistakes(`${line}\n${head}  - {name: a, kind: errors}`)).toContain(mistake)
  })

  it.each([
    ['', ': expected a map, got an empty document'],
    ['# nothing', ': expected a map, got an empty document'],
    ['- a', '1:1 : expected a map, got a list of 1'],
    ['text', '1:1 : expected a map, got "text"'],
    ['name: a\n---\nname: b', '2:1 : expected one document, got several'],
    ['name: a\nhold:\n\tfor: 1m', '3:1 : expected spaces for indentation, got a tab'],
    [
      'name: a\nmetrics:\n  - {name: e, kind: errors, bad: http_requests_total{code=~"5.."}}',
      `3:53 : expected YAML; quote the selector: 'http_requests_total{code=~"5.."}'`,
    ],
    ['name: a\nmetrics: []', '2:10 metrics: expected at least 1 entry, got an empty list'],
    ['name: a\nmetrics: {}', '2:10 metrics: expected a list, got a map'],
    ['x'.repeat(300_000), ': expected at most 262144 bytes, got 300000'],
    ['['.repeat(100_000), ': expected a document of a few levels, got one nested too deeply'],
    ['- '.repeat(20_000), ': expected a document of a few levels, got one nested too deeply'],
    [`a: [${'*x,'.repeat(200)}]`, '1:5 : expected an anchor before its alias, got "*x"'],
    [`a: &x 1\nb: [${'*x,'.repeat(200)}]`, '2:305 : expected at most 100 values through aliases, got more'],
    [bomb(), ': expected at most 100 values through aliases, got more'],
  ])('parsePolicy(%.30j) refuses the text', (text, mistake) => {
    expect(mistakes(text)).toContain(mistake)
  })

  it('parsePolicy(20 000 keys) answers without quadratic work', () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n')
    expect(mistakes(text)).toHaveLength(21)
  })

  it('parsePolicy(weights) refuses shares beyond the whole', () => {
    const text = `${head}  - {name: a, kind: errors, weight: 60%}\n  - {name: b, kind: errors, weight: 60%}`
    expect(mistakes(text)).toEqual(['3:3 metrics: expected weights that sum up to at most 1, got 1.2'])
  })

  it('parsePolicy(text, fileName) names the file and the first mistake in its message', () => {
    const text = 'name: a\nmode: x\nmetrics: []'
    expect(() => parsePolicy(text, 'web.yaml')).toThrow(
      'invalid policy web.yaml: line 2, column 7: mode: expected one of enforce, pause, observe, got "x" (and 1 more)',
    )
  })

  it('parsePolicy(anchors) takes a few, and finds mistakes behind them', () => {
    const text = `name: a\nselect: &s {canary: {a: x}, stable: {a: y}}\nmetrics:\n  - {name: e, kind: errors, select: *s}`
    expect(mistakes(text)).toEqual([])
    expect(mistakes(text.replace('{a: x}', '{a: 1}'))).toContain(
      '2:25 metrics[0].select.canary.a: expected text, got 1, put it in quotes',
    )
  })
})

/** Nine levels of nine: 9^9 values if it were let in. */
function bomb(): string {
  const levels = Array.from(
    { length: 8 },
    (_, level) => `k${level + 1}: &a${level + 1} [${`*a${level},`.repeat(9)}]`,
  )
  return `k0: &a0 [x]\n${levels.join('\n')}`
}

describe('parsePolicy warnings', () => {
  const warnings = (lines: string, metricLine = '{name: a, kind: errors}'): readonly string[] =>
    parsePolicy(`${lines}\n${head}  - ${metricLine}`).warnings.map(
      ({ path, line, message }) => `${line} ${path}: ${message}`,
    )

  it('parsePolicy(default policy) warns of nothing', () => {
    expect(warnings('')).toEqual([])
  })

  it.each([
    ['soak: 8m', '1 soak: warmup and soak need 11m, so no step of 10m can pass'],
    ['step: 30s', '1 step: a step of 30s is shorter than a slice of 1m'],
    [
      'slice: 5m\nhistory: 1h',
      '2 history: noise is learned from at least 60 slices of history, 12 leave the judge cautious',
    ],
  ])('parsePolicy(%j) warns', (lines, warning) => {
    expect(warnings(lines)).toContain(warning)
  })

  it.each([
    ['{name: a, kind: errors, watch: true}', '3 metrics: every metric is only watched, so nothing can fail'],
    [
      '{name: a, kind: errors, required: false}',
      '3 metrics: no metric is required, so a step needs all that are judged',
    ],
    [
      '{name: a, kind: errors, weight: 0}',
      '3 metrics[0].weight: weight 0 means a can never fail, as with watch: true',
    ],
    [
      '{name: a, kind: gauge, required: true}',
      '3 metrics[0].required: a has no margin, so there is nothing that it has to show',
    ],
  ])('parsePolicy(metric %s) warns', (line, warning) => {
    const found = parsePolicy(`${head}  - ${line}`).warnings
    expect(found.map((issue) => `${issue.line} ${issue.path}: ${issue.message}`)).toContain(warning)
  })
})

describe('policyDigest', () => {
  const digest = (text: string): string => parsePolicy(text).digest

  it('policyDigest(policy) depends on what it means, not on how it is written', () => {
    const one = digest('name: a\nsoak: 3m # as ever\nmetrics: [{name: e, kind: errors, margin: 1.5}]')
    expect(digest('{"metrics": [{"margin": "50%", "kind": "errors", "name": "e"}], "name": "a"}')).toBe(one)
    expect(digest('name: a\nsoak: 4m\nmetrics: [{name: e, kind: errors}]')).not.toBe(one)
    expect(one).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('parsePolicyObject', () => {
  it('parsePolicyObject(value) is parsePolicy without lines', () => {
    const value = { name: 'a', metrics: [{ name: 'e', kind: 'errors' }] }
    expect(parsePolicyObject(value)).toEqual(parsePolicy(JSON.stringify(value)))
    expect(mistakesOf(() => parsePolicyObject({ ...value, moed: 1 }))).toEqual([
      'moed: unknown key "moed", did you mean mode?',
    ])
  })

  it.each([null, undefined, 5, 'name: a', [], new Map(), Symbol('x'), 5n])(
    'parsePolicyObject(%s) refuses it',
    (value) => {
      expect(mistakesOf(() => parsePolicyObject(value))).toHaveLength(value instanceof Map ? 2 : 1)
    },
  )
})
