import * as fc from 'fast-check'
import { parsePolicyObject } from '../../../src/formats/policy/parse-policy.ts'

const answer = fc.constantFrom('hold', 'proceed', 'fail')
const ratio = fc.constantFrom(1, 1.05, 1.5, 1000)
const chance = fc.constantFrom(1e-300, 1e-6, 0.05, 0.5)
const share = fc.constantFrom(0, 0.2, 1)
const common = { required: fc.boolean(), watch: fc.boolean(), critical: fc.boolean(), weight: share }
const beyond = (tolerance: number): number => Math.max(tolerance, 1 + 1e-12)

/** Any valid policy. */
export const anyPolicy = fc
  .record(
    {
      falseAbort: chance,
      missedHarm: chance,
      warmup: fc.constantFrom(0, '1s', '3m', '1d'),
      soak: fc.constantFrom(0, '3m', '7d'),
      riskProportional: fc.boolean(),
      decide: fc.constantFrom('harm', 'winner'),
      pass: fc.constantFrom('strict', 'balanced', 'fast'),
      odds: fc.constantFrom(1, 3, 1000),
      budget: fc.constantFrom(0, 200, 1e12),
      onInconclusive: answer,
      onNoData: answer,
      onSourceDown: answer,
      hold: fc.record({ for: fc.constantFrom(0, '5m'), then: fc.constantFrom('ask', 'proceed', 'fail') }),
      mode: fc.constantFrom('enforce', 'enforce', 'pause', 'observe'),
      approval: fc.constantFrom('auto', 'manual', 'hybrid'),
    },
    { requiredKeys: [] },
  )
  .chain((top) =>
    fc
      .record({
        metrics: fc.array(fc.nat(6), { minLength: 1, maxLength: 7 }),
        own: fc.array(fc.record(common, { requiredKeys: [] }), { minLength: 7, maxLength: 7 }),
        tolerance: ratio,
        margin: ratio,
        mde: fc.constantFrom(1 + 1e-12, 1.1, 1000),
        absoluteMargin: fc.constantFrom(0, 0.001, 0.9),
        limit: fc.option(fc.constantFrom(1e-300, 0.05, 0.999), { nil: undefined }),
        quantile: fc.constantFrom(1e-9, 0.5, 0.95, 0.999_999_999),
        drop: fc.constantFrom(0, 0.02, 0.999),
        harm: fc.constantFrom('up', 'down'),
      })
      .map((chosen) => {
        const { tolerance, mde, absoluteMargin, quantile, drop, harm } = chosen
        const margin = beyond(Math.max(tolerance, chosen.margin))
        const limit = chosen.limit === undefined ? {} : { limit: chosen.limit }
        const kinds = [
          { name: 'errors', kind: 'errors', tolerance, margin, mde, absoluteMargin, ...limit },
          { name: 'p95', kind: 'latency', tolerance, margin, mde, quantile, ...limit },
          { name: 'conversion', kind: 'conversion', tolerance: drop, margin: Math.max(drop, 0.1), mde },
          { name: 'memory', kind: 'gauge', tolerance, ...(absoluteMargin > 0 ? { margin } : {}), ...limit },
          { name: 'absent', kind: 'errors' },
          { name: 'orders', kind: 'series', harm, tolerance: drop, margin: Math.max(drop, 0.1) },
          { name: 'lag', kind: 'series', harm, compare: 'difference', tolerance, margin },
        ]
        const metrics = [...new Set(chosen.metrics)].map((index) => allowed(kinds[index], chosen.own[index]))
        const spread = metrics.length
        return {
          ...top,
          name: 'fuzz',
          metrics: metrics.map((metric) =>
            'weight' in metric ? { ...metric, weight: Number(metric.weight) / spread } : metric,
          ),
        }
      }),
  )
  .map((written) => parsePolicyObject(written).policy)

/** Keeps only keys that the rules of policies allow together. */
function allowed(kind: object | undefined, own: object | undefined): object {
  const { tolerance, ...rest } = { tolerance: undefined, ...kind }
  const { watch, critical, required, weight: part } = { ...emptyOwn, ...own }
  if (watch === true) return { ...kind, watch }
  const keys = Object.entries({ required, weight: part }).filter(([, value]) => value !== undefined)
  return {
    ...(critical === true
      ? { ...rest, critical }
      : { ...rest, ...(tolerance === undefined ? {} : { tolerance }) }),
    ...Object.fromEntries(keys),
  }
}

const emptyOwn: {
  readonly watch?: boolean
  readonly critical?: boolean
  readonly required?: boolean
  readonly weight?: number
} = {}
