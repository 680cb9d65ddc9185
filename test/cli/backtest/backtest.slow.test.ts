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

interface Line {
  readonly id: string
  readonly revision: string
  readonly stable: string
  readonly start: string
  readonly steps: readonly { readonly weight: number; readonly minutes: number }[]
  readonly outcome: string
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
    expect({ code, err }).toEqual({ code: 0, err: '' })
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
