import * as fc from 'fast-check'

/** Policies as people may write them: every key there or not, every way of writing a number. */
export function writtenPolicy(): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    {
      name: word(),
      source: word(),
      select: selection(),
      slice: fc.oneof(fc.constant('auto'), duration(1, 3600)),
      history: duration(0, 86_400),
      warmup: duration(0, 3600),
      step: fc.oneof(fc.constant('auto'), duration(1, 86_400)),
      rollout: duration(1, 86_400),
      soak: duration(0, 3600),
      falseAbort: written(fc.integer({ min: 1, max: 50 })),
      missedHarm: written(fc.integer({ min: 1, max: 50 })),
      riskProportional: fc.boolean(),
      decide: fc.constantFrom('harm', 'winner'),
      pass: fc.constantFrom('balanced', 'strict', 'fast'),
      odds: fc.integer({ min: 1, max: 1000 }),
      budget: fc.oneof(
        fc.integer({ min: 0, max: 1000 }),
        fc.constantFrom({ outcomes: 5 }, { slo: '99.9%', of: '2%' }, { outcomes: 5, slo: 0.99, of: 0.5 }),
      ),
      onInconclusive: answer(),
      hold: fc.record(
        { for: duration(0, 86_400), then: fc.constantFrom('ask', 'proceed', 'fail') },
        { requiredKeys: [] },
      ),
      onNoData: answer(),
      onSourceDown: answer(),
      mode: fc.constantFrom('enforce', 'pause', 'observe'),
      approval: fc.constantFrom('auto', 'manual', 'hybrid'),
      metrics: fc.uniqueArray(metric(), { minLength: 1, maxLength: 6, selector: ({ name }) => name }),
    },
    { requiredKeys: ['name', 'metrics'] },
  )
}

interface Named {
  readonly name: string
}

function metric(): fc.Arbitrary<Named> {
  const ratio = (min: number): fc.Arbitrary<unknown> => written(fc.integer({ min, max: 90 }), 1)
  const errors = { total: text(), bad: text(), tolerance: ratio(0), margin: ratio(90), mde: ratio(1) }
  const latency = { histogram: text(), unit: fc.constantFrom('seconds', 'milliseconds'), margin: ratio(90) }
  const limits = {
    errors: written(fc.integer({ min: 1, max: 99 })),
    latency: fc.oneof(duration(1, 60), fc.double({ min: 0.001, max: 60, noNaN: true })),
    gauge: fc.constantFrom('512Mi', '500m', 1.5, '1e9', '2k'),
  }
  return fc.oneof(
    ofKind('errors', {
      ...errors,
      limit: limits.errors,
      absoluteMargin: written(fc.integer({ min: 0, max: 99 })),
    }),
    ofKind('latency', { ...latency, tolerance: ratio(0), limit: limits.latency, quantile: quantile() }),
    ofKind('conversion', {
      good: text(),
      total: text(),
      tolerance: written(fc.integer({ min: 0, max: 9 })),
      mde: ratio(1),
    }),
    ofKind('gauge', { query: text(), tolerance: ratio(0), margin: ratio(90), limit: limits.gauge }),
  )
}

function ofKind(kind: string, own: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Named> {
  const common = {
    name: word(),
    required: fc.boolean(),
    source: word(),
    select: selection(),
    weight: written(fc.integer({ min: 0, max: 16 })),
  }
  const options: { requiredKeys: ['name'] } = { requiredKeys: ['name'] }
  const ordinary = fc.record({ ...common, ...own }, options).map((keys) => ({ ...keys, kind }))
  const watched = fc.record({ name: word(), watch: fc.constant(true) }).map((keys) => ({ ...keys, kind }))
  return fc.oneof({ weight: 5, arbitrary: ordinary }, { weight: 1, arbitrary: watched })
}

/** A percentage, or the same as a number: a share, or a ratio when it is added to 1. */
function written(percent: fc.Arbitrary<number>, plus = 0): fc.Arbitrary<unknown> {
  return fc.tuple(percent, fc.boolean()).map(([n, asText]) => (asText ? `${n}%` : plus + n / 100))
}

function duration(min: number, max: number): fc.Arbitrary<string> {
  const seconds = fc.integer({ min, max })
  return fc.oneof(
    seconds.map((n) => `${n}s`),
    seconds.map((n) => `${Math.floor(n / 3600)}h${Math.floor((n % 3600) / 60)}m${n % 60}s`),
    seconds.map((n) => `${n * 1000}ms`),
  )
}

function selection(): fc.Arbitrary<unknown> {
  const renamed = fc.dictionary(
    fc.stringMatching(/^[a-z]{1,8}$/),
    fc.stringMatching(/^([a-zA-Z_][a-zA-Z0-9_]{0,9})?$/),
    {
      maxKeys: 3,
    },
  )
  const labels = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), text(), {
    minKeys: 1,
    maxKeys: 3,
    noNullPrototype: true,
  })
  return fc.oneof(
    fc.constantFrom('pods', 'istio'),
    fc.record({ preset: fc.constant('nginx'), labels: renamed }, { requiredKeys: ['preset'] }),
    fc
      .record({ canary: labels, stable: labels })
      .map(({ canary, stable }) => ({ canary: { ...canary, arm: 'canary' }, stable })),
  )
}

const answer = (): fc.Arbitrary<string> => fc.constantFrom('hold', 'proceed', 'fail')
const quantile = (): fc.Arbitrary<unknown> => fc.constantFrom(0.5, 0.95, '99%', 'p99.9')
const word = (): fc.Arbitrary<string> =>
  fc.stringMatching(/^[a-z][a-z0-9.-]{0,10}$/).filter((name) => !(name in {}))
const text = (): fc.Arbitrary<string> => fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
