import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'

const bare = 'name: web\nmetrics:\n  - {name: errors, kind: errors}\n  - {name: p95, kind: latency}\n'
const read = (text: string, defaults: object, own = new Map()) =>
  parsePolicy(text, undefined, undefined, { bundled: new Map(), own, defaults: { ...defaults } })
const origin = 'defaults of the configuration'

describe('defaults of policies', () => {
  test('fill in what a policy does not set, and change its digest', () => {
    const defaults = {
      pass: 'strict',
      rollout: '45m',
      hold: { for: '1h' },
      budget: 50,
      source: 'thanos',
      tolerances: { latency: '5%' },
    }
    const { policy, digest, written } = read(bare, defaults)
    expect(policy).toMatchObject({
      pass: 'strict',
      rolloutSeconds: 2700,
      hold: { forSeconds: 3600, then: 'ask' },
      budget: { outcomes: 50 },
      source: 'thanos',
      metrics: [
        { name: 'errors', tolerance: 1 },
        { name: 'p95', tolerance: 1.05 },
      ],
    })
    expect(digest).not.toBe(parsePolicy(bare).digest)
    expect(written.from).toEqual({
      pass: origin,
      rollout: origin,
      'hold.for': origin,
      budget: origin,
      source: origin,
      'metrics.errors.kind': 'web',
      'metrics.p95.kind': 'web',
      'metrics.p95.tolerance': origin,
    })
  })

  test('give way to the keys of the policy, also inside hold and of a metric', () => {
    const text = `pass: fast\nhold: {then: fail}\n${bare.replace('kind: latency', 'kind: latency, tolerance: 3%')}`
    const { policy, written } = read(text, {
      pass: 'strict',
      hold: { for: '1h', then: 'proceed' },
      tolerances: { latency: '5%' },
    })
    expect(policy).toMatchObject({ pass: 'fast', hold: { forSeconds: 3600, then: 'fail' } })
    expect(policy.metrics[1]?.tolerance).toBe(1.03)
    expect(written.from).toMatchObject({ pass: 'web', 'hold.for': origin, 'hold.then': 'web' })
  })

  test('leave a critical metric alone, which tolerates nothing', () => {
    const text = bare.replace('kind: errors', 'kind: errors, critical: true')
    expect(read(text, { tolerances: { errors: 1.2 } }).policy.metrics[0]?.tolerance).toBe(1)
  })

  test('leave a difference alone, which has a unit of its own', () => {
    const text =
      'name: web\nmetrics: [{name: lag, kind: series, query: lag_seconds, harm: up, compare: difference}]\n'
    expect(() => read(text, { tolerances: { series: '5%' } })).toThrow('tolerance')
    expect(
      read(text.replace('compare: difference', 'margin: 20%'), { tolerances: { series: '5%' } }),
    ).toMatchObject({
      policy: { metrics: [{ tolerance: 0.05 }] },
    })
  })

  test('reach a policy through the one that it extends no earlier than itself', () => {
    const base = read(bare, { tolerances: { errors: 1.2 }, soak: '4m' })
    const own = new Map([['web', base.written]])
    const text = 'name: shop\nextends: web\nmetrics: [{name: errors, critical: true}]'
    const { policy, written } = read(text, { tolerances: { errors: 1.2 }, soak: '4m' }, own)
    expect(policy).toMatchObject({ soakSeconds: 240, metrics: [{ tolerance: 1 }, {}] })
    expect(written.from).toMatchObject({ soak: origin, 'metrics.errors.critical': 'shop' })
  })

  test('are no reason to accept what a policy has wrong', () => {
    expect(() => read(`hold: soon\n${bare}`, { hold: { for: '1h' } })).toThrow('hold: expected')
  })
})
