import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom, split } from '../../../src/simulate/random.ts'
import { samplePoisson } from '../../../src/simulate/sample-poisson.ts'
import { prometheusMissing, type PrometheusServer, startPrometheus } from '../../support/parts/prometheus.ts'
import { runCli } from '../streams.ts'

const missing = prometheusMissing()

/** Three and a half hours in which four pods serve both variants. The new one turns more checkouts into orders. */
function* series(): Generator<string> {
  const until = Math.floor(Date.now() / 1000)
  const random = createRandom('variants')
  for (const pod of ['web-1', 'web-2', 'web-3', 'web-4']) {
    for (const [variant, rate] of [
      ['old', 0.2],
      ['new', 0.24],
    ] as const) {
      const own = split(random, `${pod} ${variant}`)
      const counts = { checkouts_started_total: 0, orders_completed_total: 0 }
      const lines = { checkouts_started_total: '', orders_completed_total: '' }
      for (let at = until - 12_600; at <= until; at += 30) {
        const orders = samplePoisson(own, 300 * rate)
        counts.orders_completed_total += orders
        counts.checkouts_started_total += orders + samplePoisson(own, 300 * (1 - rate))
        for (const name of ['checkouts_started_total', 'orders_completed_total'] as const) {
          lines[name] +=
            `${name}{namespace="shop",app="web",pod="${pod}",instance="${pod}",variant="${variant}"} ${counts[name]} ${at}\n`
        }
      }
      yield* Object.values(lines)
    }
  }
  yield '# EOF\n'
}

const policy = `
name: variants
decide: winner
select:
  canary: {app: '{{name}}', variant: '{{canary}}'}
  stable: {app: '{{name}}', variant: '{{stable}}'}
metrics:
  - {name: orders, kind: conversion, good: orders_completed_total, total: checkouts_started_total}
`

let prometheus: PrometheusServer | undefined
let folder = ''
beforeAll(async () => {
  if (missing !== undefined) return
  prometheus = await startPrometheus({ openMetrics: series() })
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-variants-'))
  await writeFile(join(folder, 'variants.yaml'), policy)
}, 120_000)
afterAll(async () => {
  await prometheus?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function check(canary: string, stable: string): Promise<{ code: number; out: string }> {
  const start = new Date(Date.now() - 60 * 60_000).toISOString()
  const args = ['check', '--prometheus', prometheus?.url ?? '', '--policy', join(folder, 'variants.yaml')]
  const which = [
    '--namespace',
    'shop',
    '--name',
    'web',
    '--canary',
    canary,
    '--stable',
    stable,
    '--start',
    start,
  ]
  const { code, out, err } = await runCli([...args, ...which])
  return { code, out: out + err }
}

test.skipIf(missing !== undefined)(
  `check names the better of two variants in the same pods ${missing ?? ''}`,
  async () => {
    const better = await check('new', 'old')
    expect(better.out).toMatch(/^pass: canary better: orders \+[\d.]+% to \+[\d.]+%\n/)
    expect(better.out).toMatch(/\norders +pass, canary better +1\.\d+ \(/)
    expect(better.out).toContain('\ncanary better: the chance of naming a better arm')
    expect(better.code).toBe(0)
    const worse = await check('old', 'new')
    expect(worse.out).toMatch(/^fail: stable better: .*orders .* lower\n/)
    expect(worse.code).toBe(1)
  },
)
