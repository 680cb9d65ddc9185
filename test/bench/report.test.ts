import { describe, expect, test } from 'vitest'
import { accuracyScenarios } from '../../bench/accuracy-scenarios.ts'
import { judgeRollouts, type Outcome } from '../../bench/judge-rollouts.ts'
import { plotDetection } from '../../bench/plots/plot-detection.ts'
import { plotErrors } from '../../bench/plots/plot-errors.ts'
import { policies } from '../../bench/policies.ts'
import { toJson, toMarkdown } from '../../bench/report.ts'
import type { NamedRule } from '../../bench/rules/rules.ts'
import { staticThresholds } from '../../bench/rules/static-thresholds.ts'
import { summarize } from '../../bench/summarize.ts'

const rules: readonly NamedRule[] = [
  { name: 'static-argo-0', title: 'thresholds <0>', rule: staticThresholds(0) },
  { name: 'static-argo-3', title: 'thresholds 3', rule: staticThresholds(3) },
]
const all = accuracyScenarios(policies['no-worse'])
const find = (name: string) => {
  const scenario = all.find((candidate) => candidate.name === name)
  if (scenario === undefined) throw new Error(`expected a scenario, got ${name}`)
  return scenario
}
const batch = { policy: policies['no-worse'], rules, seed: 's' }

describe('accuracyScenarios', () => {
  test('accuracyScenarios(policy) has ten healthy, fifteen harmful, and a canary at each margin of each step', () => {
    const count = (group: string) => all.filter((scenario) => scenario.group === group).length
    expect([count('healthy'), count('harmful'), count('margin')]).toEqual([10, 15, 9])
    expect(find('margin-errors-at-5').effect).toEqual({ errors: 3 })
    expect(find('margin-errors-at-25').effect).toEqual({ errors: 2 })
    expect(find('margin-errors-at-50').effect).toEqual({ errors: 1.5 })
    expect(find('margin-latency-at-5').effect.latency).toBeCloseTo(1.4, 12)
    expect(find('margin-conversion-at-50').effect.conversion).toBeCloseTo(0.96, 12)
  })
})

describe('judgeRollouts', () => {
  test('judgeRollouts({ from, to }) gives the same rollouts however the work is split', () => {
    const scenario = find('errors-x2')
    const whole = judgeRollouts({ ...batch, scenario, from: 0, to: 4 })
    const parts = [
      ...judgeRollouts({ ...batch, scenario, from: 0, to: 1 }),
      ...judgeRollouts({ ...batch, scenario, from: 1, to: 4 }),
    ]
    expect(parts).toEqual(whole)
    expect(judgeRollouts({ ...batch, scenario, seed: 't', from: 0, to: 4 })).not.toEqual(whole)
  })
})

describe('summarize', () => {
  const outcome = (minutes: number | undefined, passed: readonly number[], excess = 0): Outcome => ({
    rule: 'r',
    ...(minutes === undefined ? {} : { minutes }),
    passed,
    excess,
  })

  test('summarize() counts aborts, passes and false passes, and averages what was detected', () => {
    const outcomes = [
      outcome(4, [5], 10),
      outcome(8, [5, 25, 50], 20),
      outcome(undefined, [5, 25, 50], 30),
      outcome(undefined, [], 0),
    ]
    const cell = summarize(find('margin-errors-at-25'), 'r', outcomes, 3)
    expect(cell.aborted).toEqual({ value: 0.5, standardError: 0.25 })
    expect(cell.minutes).toEqual({ value: 6, standardError: 2 })
    expect(cell.passedAll.value).toBe(0.25)
    expect(cell.falsePass?.value).toBe(0.5)
    expect(cell.excess?.value).toBe(15)
  })

  test('summarize() has no minutes where nothing was aborted and no excess where no request is harmed', () => {
    const cell = summarize(find('quiet'), 'r', [outcome(undefined, [5, 25, 50])], 3)
    expect(cell).not.toHaveProperty('minutes')
    expect(cell).not.toHaveProperty('excess')
    expect(cell).not.toHaveProperty('falsePass')
  })
})

describe('the report', () => {
  const names = ['quiet', 'errors-x10', 'margin-errors-at-5']
  const cells = names.map(find).flatMap((scenario) => {
    const outcomes = judgeRollouts({ ...batch, scenario, from: 0, to: 5 })
    return rules.map(({ name }) =>
      summarize(
        scenario,
        name,
        outcomes.filter(({ rule }) => rule === name),
        3,
      ),
    )
  })
  const report = { policy: 'no-worse', rollouts: 5, seed: 's', cells }

  test('toMarkdown(report) has a row a scenario in each table', () => {
    const text = toMarkdown(report, rules)
    expect(text.match(/^\| quiet \|/gm)).toHaveLength(2)
    expect(text.match(/^\| errors-x10 \|/gm)).toHaveLength(2)
    expect(text).toContain('| errors-x10 | 0.0 ± 0.0 %; 1.0 ± 0.0 min | 0.0 ± 0.0 %; 4.0 ± 0.0 min |')
    expect(text.match(/^\| margin-errors-at-5 \|/gm)).toHaveLength(1)
  })

  test('toJson(report) is the same report, rounded', () => {
    const read = JSON.parse(toJson(report))
    expect(read).toMatchObject({ policy: 'no-worse', rollouts: 5, seed: 's' })
    expect(read.cells).toHaveLength(6)
    expect(read.cells[0].aborted.value).toBeCloseTo(cells[0]?.aborted.value ?? Number.NaN, 4)
  })

  test.each([
    ['plotErrors', plotErrors],
    ['plotDetection', plotDetection],
  ])('%s(report) is SVG with every rule in it and no number that is none', (_, plot) => {
    const svg = plot(report, rules)
    expect(svg).toMatch(/^<svg /)
    expect(svg).toContain('thresholds &lt;0&gt;')
    expect(svg).toContain('thresholds 3')
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
    expect(svg.match(/<g[ >]/g)?.length ?? 0).toBe(svg.match(/<\/g>/g)?.length ?? 0)
  })
})
