import { describe, expect, it } from 'vitest'
import { parsePolicy, parsePolicyObject } from '../../../src/formats/policy/parse-policy.ts'
import { policyToYaml } from '../../../src/formats/policy/policy-to-yaml.ts'

const parsed = (metric: object) =>
  parsePolicyObject({ name: 'a', metrics: [{ name: 'orders', kind: 'series', harm: 'down', ...metric }] })
const metricOf = (metric: object = {}) => parsed(metric).policy.metrics[0]

describe('a policy with a series', () => {
  it('fills in the defaults of a ratio', () => {
    expect(metricOf()).toEqual({
      name: 'orders',
      kind: 'series',
      harm: 'down',
      compare: 'ratio',
      tolerance: 0.1,
      margin: 0.25,
      required: true,
      watch: false,
    })
  })

  it.each([
    [{ tolerance: '5%' }, { tolerance: 0.05, margin: 0.25 }],
    [{ tolerance: 0.3 }, { tolerance: 0.3, margin: 0.3 }],
    [{ critical: true }, { tolerance: 0, margin: 0.25 }],
    [
      { tolerance: '20%', margin: '40%' },
      { tolerance: 0.2, margin: 0.4 },
    ],
    [
      { compare: 'difference', tolerance: '1.5k', margin: 4000 },
      { tolerance: 1500, margin: 4000 },
    ],
    [{ compare: 'difference', critical: true }, { tolerance: 0 }],
  ])('reads %o', (written, read) => {
    expect(metricOf(written)).toMatchObject(read)
  })

  it('gives a difference no margin of its own, and warns where it has to pass', () => {
    const { policy, warnings } = parsed({ compare: 'difference', tolerance: 5 })
    expect(policy.metrics[0]).not.toHaveProperty('margin')
    expect(warnings.map(({ message }) => message)).toEqual([
      'orders has no margin, so there is nothing that it has to show',
    ])
    expect(parsed({ compare: 'difference', tolerance: 5, margin: 9 }).warnings).toEqual([])
  })

  it.each([
    [{ harm: undefined }, 'harm'],
    [{ harm: 'sideways' }, 'harm'],
    [{ tolerance: 1.1 }, 'tolerance: expected a percentage below 100%, such as 10%, got 1.1'],
    [{ margin: '100%' }, 'margin: expected a percentage below 100%, such as 10%, got 1'],
    [{ tolerance: '30%', margin: '20%' }, 'expected a margin of at least the tolerance, 0.3, got 0.2'],
    [{ tolerance: -1 }, 'expected a percentage such as 10%, or a number such as 5'],
    [{ margin: 0 }, 'above 0'],
    [
      { compare: 'difference' },
      "expected a tolerance in the metric's own unit beside compare: difference, got none",
    ],
    [
      { compare: 'difference', tolerance: '10%' },
      `tolerance: expected a number in the metric's own unit beside compare: difference, got "10%"`,
    ],
    [{ compare: 'difference', tolerance: 1, margin: '10%' }, 'margin: expected a number'],
    [{ critical: true, tolerance: '10%' }, 'expected no tolerance beside critical: true'],
    [{ limit: 5 }, 'limit is a key of errors and latency and gauge, not of series'],
    [{ compare: 'both' }, 'compare'],
  ])('refuses %o', (written, message) => {
    expect(() => parsed(written)).toThrow(message)
  })

  it.each([{}, { tolerance: '5%', harm: 'up' }, { compare: 'difference', tolerance: 5, margin: 7.5 }])(
    'is read again as it was written out, %o',
    (written) => {
      const { policy } = parsed({ query: 'avg(orders)', ...written })
      expect(parsePolicy(policyToYaml(policy)).policy).toEqual(policy)
    },
  )
})
