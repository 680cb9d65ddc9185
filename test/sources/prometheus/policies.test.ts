import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import { metricQueries } from '../../../src/sources/prometheus/queries/metric-queries.ts'
import { armsOf, presetNames } from '../../../src/sources/prometheus/arms/presets.ts'

const folder = new URL('../../../policies/', import.meta.url)
const files = readdirSync(folder)
const subject = { namespace: 'shop', name: 'web', revision: 'bbb', stableRevision: 'ccc', params: {} }

test.each(files)(
  '%s is a policy without warnings, named like its file, and every query of it is sound',
  (file) => {
    const { policy, warnings } = parsePolicy(readFileSync(new URL(file, folder), 'utf8'), file)
    expect(warnings).toEqual([])
    expect(`${policy.name}.yaml`).toBe(file)
    expect(policy.metrics.map(({ name, watch }) => [name, watch])).toEqual([
      ['errors', false],
      ['p95', false],
      ['p99', true],
      ['cpu', true],
      ['memory', true],
      ['restarts', false],
    ])
    for (const metric of policy.metrics) {
      const arms = armsOf(metric.select ?? policy.select, subject)
      // cpu, memory and restarts are known for each pod, even when gateways count the requests
      const podLabel = metric.kind === 'gauge' || metric.kind === 'restarts' ? 'pod' : arms.podLabel
      expect([metricQueries(metric, arms).kind, arms.podLabel]).toEqual([metric.kind, podLabel])
    }
  },
)

test('the selectors that a policy names are those its preset would bring', () => {
  for (const file of files.filter((name) => !/^(application-status|opentelemetry)/.test(name))) {
    const { policy } = parsePolicy(readFileSync(new URL(file, folder), 'utf8'), file)
    const { total, bad, histogram, unit } = armsOf(policy.select, subject).defaults
    expect(policy.metrics).toMatchObject([
      { total, bad },
      { histogram, unit },
      { histogram, unit },
      {},
      {},
      {},
    ])
  }
})

test('every preset that a mesh or an ingress needs has a policy', () => {
  const used = new Set(
    files.map((file) => {
      const { select } = parsePolicy(readFileSync(new URL(file, folder), 'utf8'), file).policy
      return 'preset' in select ? select.preset : undefined
    }),
  )
  // these two policies need labels that only the user knows
  expect(presetNames.filter((name) => !used.has(name))).toEqual(['argo-hash-label', 'labels'])
})
