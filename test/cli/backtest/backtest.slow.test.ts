import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMetricsParts } from '../../support/simulated-prometheus/to-open-metrics.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import type { SimulatedSeries } from '../../support/simulated-prometheus/simulated-series.ts'
import type { ConventionName } from '../../support/simulated-world/conventions.ts'
import { createWorld } from '../../support/simulated-world/create-world.ts'
import { prometheusMissing, type PrometheusServer, startPrometheus } from '../../support/parts/prometheus.ts'
import { type Ran, runCli } from '../run-cli.ts'
import { plantPast } from './planted-past.ts'

const missing = prometheusMissing()

const policyText = `
name: web
metrics:
  - {name: errors, kind: errors, total: http_requests_total, bad: 'http_requests_total{code=~"5.."}'}
  - {name: p95, kind: latency, histogram: http_request_duration_seconds}
`

const thresholdsText = `
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: errors}
spec:
  args:
    - {name: hash, valueFrom: {podTemplateHashValue: Latest}}
    - {name: namespace}
    - {name: limit}
  metrics:
    - name: error-rate
      initialDelay: 3m
      interval: 1m
      failureLimit: 1
      successCondition: result[0] < {{args.limit}}
      provider:
        prometheus:
          query: |
            (sum(rate(http_requests_total{namespace="{{args.namespace}}",pod=~"web-{{args.hash}}-.*",code=~"5.."}[5m])) or vector(0))
              / sum(rate(http_requests_total{namespace="{{args.namespace}}",pod=~"web-{{args.hash}}-.*"}[5m]))
    - {name: pages, provider: {web: {}}}
---
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: web}
spec:
  analysis:
    interval: 1m
    threshold: 3
    metrics:
      - {name: median, templateRef: {name: median}, thresholdRange: {max: 0.15}, interval: 2m}
      - {name: team, query: 'up{team="{{ team }}"}'}
---
apiVersion: flagger.app/v1beta1
kind: MetricTemplate
metadata: {name: median}
spec:
  provider: {type: prometheus}
  query: |
    max(histogram_quantile(0.5, sum by (pod, le) (
      rate(http_request_duration_seconds_bucket{namespace="{{ namespace }}",pod=~"{{ target }}-[^-]+-[^-]+"}[{{ interval }}]))))
`

interface Line {
  readonly id: string
  readonly revision: string
  readonly stable: string
  readonly start: string
  readonly steps: readonly { readonly weight: number; readonly minutes: number }[]
  readonly outcome: string
  readonly against: readonly { readonly outcome: string; readonly why: string }[]
  readonly replayed: object
}

describe.skipIf(missing !== undefined)(`backtest before a real Prometheus ${missing ?? ''}`, () => {
  const past = plantPast(20, [{}, { errors: 8 }, {}, { latency: 2 }, {}])
  let prometheus: PrometheusServer | undefined
  let folder = ''

  beforeAll(async () => {
    const series = [...past.series, ...families.flatMap(seriesOf)]
    prometheus = await startPrometheus({ openMetrics: openMetricsParts(series) })
    folder = await mkdtemp(join(tmpdir(), 'canary-judge-backtest-'))
    await writeFile(join(folder, 'web.yaml'), policyText)
  }, 120_000)

  afterAll(async () => {
    await prometheus?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const asked = (): Promise<Ran> =>
    runCli(
      `backtest --policy ${join(folder, 'web.yaml')} --prometheus ${prometheus?.url} --namespace shop --name web ` +
        `--since ${(past.to - past.from) / 1000}s --until ${new Date(past.to).toISOString()} ` +
        `--save ${join(folder, 'past.jsonl')} --json`,
    )

  test('finds the planted rollouts and no others, and judges them as replay does', async () => {
    const { code, out, err } = await asked()
    expect(code).toBe(0)
    expect(err).toMatch(
      /^left out: pods of 62cs9qq82 at 2026-01-05 \d\d:\d\d for \d\d min, a version that had served before and did not take over\n$/,
    )
    const lines = linesOf(out)
    expect(
      lines.map(({ revision, stable, start }) => ({ revision, stable, start: Date.parse(start) })),
    ).toEqual(past.rollouts.map(({ revision, stable, start }) => ({ revision, stable, start })))
    for (const { steps } of lines) {
      expect(steps.map(({ weight }) => weight)).toEqual([10, 50])
      for (const { minutes } of steps) expect(Math.abs(minutes - 12)).toBeLessThanOrEqual(1)
    }
    expect(lines.map(({ outcome }) => outcome)).toEqual(
      past.rollouts.map(({ bad }) => (bad ? 'aborted' : 'passed')),
    )

    const saved = await readFile(join(folder, 'past.jsonl'), 'utf8')
    const again = await runCli(`replay --policy ${join(folder, 'web.yaml')}`, saved)
    expect(lines.map(({ replayed }) => replayed)).toEqual(
      linesOf(again.out).map(({ line: _line, ...one }: object & { line?: number }) => one),
    )
  })

  test.each(families)(
    'finds the rollout of $controller by $select',
    async ({ select, controller, total, status, revisions = {} }) => {
      const policy = join(folder, `${select}.yaml`)
      const bad = `${total}{${status}=~"5.."}`
      await writeFile(
        policy,
        `{name: ${select}, select: ${select}, metrics: [{name: errors, kind: errors, total: ${total}, bad: '${bad}'}]}`,
      )
      const { out, err } = await runCli(
        `backtest --policy ${policy} --prometheus ${prometheus?.url} --namespace ${select} --name web --json ` +
          `--param controller=${controller} --since 6h --until 2026-01-05T05:00:00Z`,
      )
      expect(err).toBe('')
      const lines = linesOf(out)
      expect(lines).toMatchObject([
        { ...revisions, start: '2026-01-05T01:00:00.000Z', steps: [{ weight: 20 }], outcome: 'passed' },
      ])
    },
  )

  test('says what an AnalysisTemplate and a Canary would have done', async () => {
    const file = join(folder, 'thresholds.yaml')
    await writeFile(file, thresholdsText)
    const { code, out, err } = await runCli(
      `backtest --policy ${join(folder, 'web.yaml')} --prometheus ${prometheus?.url} --namespace shop --name web ` +
        `--since 10h --until ${new Date(past.from + 10 * 3_600_000).toISOString()} --against ${file} --arg limit=0.02 --json`,
    )
    expect({ code, err }).toEqual({
      code: 0,
      err:
        'AnalysisTemplate errors: pages is not evaluated: its provider is web, and only Prometheus can be asked\n' +
        'Canary web: team is not evaluated: expected a value: --arg team=…\n',
    })
    const lines = linesOf(out)
    expect(lines.length).toBeGreaterThanOrEqual(5)
    // of five rollouts the second is planted with more errors, and the fourth with more latency
    const held = 'every limit held to the end'
    const found = lines.map(({ against }) =>
      against.map(({ why }) => why.replace(/[\d.]+, (?=succ|max)/, '… ')),
    )
    const errors =
      'error-rate: failed 2, more than failureLimit 1; result … successCondition result[0] < 0.02'
    const latency = '3 failed checks, threshold 3; median: … max 0.15'
    expect(found).toEqual(lines.map((_, i) => [i % 5 === 1 ? errors : held, i % 5 === 3 ? latency : held]))
    const outcomes = lines.flatMap(({ against }) =>
      against.map(({ why, outcome }) => [why === held, outcome]),
    )
    expect(new Set(outcomes.map(String))).toEqual(new Set(['true,promoted', 'false,aborted']))
  })

  test('goes on after an interruption in the middle of a line, and gives the same', async () => {
    const file = join(folder, 'past.jsonl')
    const before = await readFile(file, 'utf8')
    const first = await asked()
    await writeFile(file, before.slice(0, before.length * 0.6))
    const second = await asked()
    expect(second).toEqual(first)
    expect(await readFile(file, 'utf8')).toBe(before)
    const fromFile = await runCli(`backtest --policy ${join(folder, 'web.yaml')} ${file}`)
    expect(fromFile.out).toContain('20 rollouts: 12 would pass, 8 would be aborted')
  })
})

interface Family {
  readonly select: string
  readonly convention: ConventionName
  readonly controller: 'argo' | 'flagger'
  readonly total: string
  readonly status: string
  /** As they are expected, where they have names. */
  readonly revisions?: Pick<Line, 'revision' | 'stable'>
}

const code = { total: 'http_requests_total', status: 'code' }
const families: readonly Family[] = [
  { select: 'pods', convention: 'application', controller: 'flagger', ...code },
  {
    select: 'labels',
    convention: 'application',
    controller: 'argo',
    revisions: { revision: 'v2', stable: 'v1' },
    ...code,
  },
  {
    select: 'nginx-ingress',
    convention: 'nginx',
    controller: 'flagger',
    total: 'nginx_ingress_controller_requests',
    status: 'status',
  },
]

function seriesOf({ select, convention, controller }: Family): readonly SimulatedSeries[] {
  const { series, identity } = createWorld({
    recording: simulateRollout({
      seed: select,
      start: '2026-01-05T00:00:00Z',
      history: 60,
      plan: [{ weight: 20, minutes: 15, pods: 1 }],
      stablePods: 2,
      metrics: { errors: 'errors' },
    }),
    convention,
    controller,
    namespace: select,
    seed: select,
    scrapeSeconds: 30,
    staleMarkers: false,
    decoys: false,
  })
  const versionOf = (pod: string): string => (pod.includes(identity.revisions.canary) ? 'v2' : 'v1')
  return select === 'labels'
    ? series.map(({ labels, ...rest }) => ({
        ...rest,
        labels: { ...labels, app: 'web', version: versionOf(labels['pod'] ?? '') },
      }))
    : series
}

function linesOf(out: string): readonly Line[] {
  return out
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line))
}
