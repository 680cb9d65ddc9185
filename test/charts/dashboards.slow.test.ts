import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { dashboards } from '../../scripts/chart/chart-files.ts'
import { prometheusMissing, startPrometheus } from '../support/parts/prometheus.ts'
import { minute, rolloutStart, runJudge, type RunningJudge } from '../support/service/run-judge.ts'

interface Drawn {
  readonly place: string
  readonly expr: string
}

const drawn: readonly Drawn[] = dashboards().flatMap(({ uid, panels }) =>
  panels
    .flatMap((panel) => (panel.type === 'row' ? panel.panels : [panel]))
    .flatMap(({ title, targets }) => targets.map(({ expr }) => ({ place: `${uid}: ${title}`, expr }))),
)

test('every panel has an id of its own in its dashboard, and a place of its own', () => {
  for (const { panels } of dashboards()) {
    const all = panels.flatMap((panel) => (panel.type === 'row' ? [panel, ...panel.panels] : [panel]))
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    const places = panels.map(({ gridPos }) => `${gridPos.x} ${gridPos.y}`)
    expect(new Set(places).size).toBe(places.length)
  }
})

test('no stand-in for a variable is left, and none is escaped', () => {
  expect(drawn.length).toBeGreaterThan(50)
  expect(drawn.filter(({ expr }) => /Var[A-Z]|\\\\?\$/.test(expr))).toEqual([])
})

/** The values of the variables, as Grafana fills them in. */
const variables: Readonly<Record<string, string>> = {
  namespace: 'shop',
  rollout: 'web',
  revision: 'b',
  stable: 'a',
  target: 'web',
  service: 'web',
  __rate_interval: '20s',
  __range: '1h',
}
const filledIn = (expr: string): string =>
  expr.replaceAll(/\$\{?(\w+)\}?/g, (_, name: string) => variables[name] ?? `unknown variable ${name}`)

const answerSchema = z.looseObject({
  status: z.string(),
  error: z.string().optional(),
  data: z.looseObject({ result: z.array(z.unknown()) }).optional(),
})

async function ask(url: string, expr: string): Promise<z.output<typeof answerSchema>> {
  const body = new URLSearchParams({ query: filledIn(expr) })
  const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body })
  return answerSchema.parse(await response.json())
}

/** Resolves when /metrics was read this many more times. */
function scraped({ app }: RunningJudge, times: number): Promise<void> {
  const { registry } = app.metrics
  const read = registry.metrics.bind(registry)
  const { promise, resolve } = Promise.withResolvers<void>()
  let left = times
  registry.metrics = async () => {
    left -= 1
    if (left < 0) resolve()
    return read()
  }
  return promise
}

const rules = z.object({ groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })) })

describe.skipIf(prometheusMissing() !== undefined)('a Prometheus that scrapes the service', () => {
  test(
    'answers every expression of dashboards and alerts, and has data where there should be some',
    async () => {
      await using judge = await runJudge({ fixture: 'errors-x10' })
      judge.clock.ms = rolloutStart + 10 * minute
      const step = { index: 0, of: 3, weight: 5 }
      await judge.judge({ step })
      const target = { job: 'judge', address: judge.url.slice('http://'.length), path: '/metrics', labels: {} }
      const prometheus = await startPrometheus({ scrape: { intervalSeconds: 2, targets: [target] } })
      try {
        await scraped(judge, 2)
        await judge.judge({ step, name: 'api' })
        await scraped(judge, 3)
        const answered = await Promise.all(
          drawn.map(async ({ place, expr }) => ({ place, ...(await ask(prometheus.url, expr)) })),
        )
        const refused = answered.filter(({ status }) => status !== 'success')
        expect(refused.map(({ place, error }) => [place, error])).toEqual([])
        const empty = answered.filter(({ data }) => data?.result.length === 0).map(({ place }) => place)
        // this judge queries no source and sends no messages, and its Prometheus has no pods of a canary
        const without = ['Queries to sources', 'Time of a query', 'Messages'].map((title) => `canary-judge: ${title}`)
        expect(empty.filter((place) => !place.startsWith('canary-judge-canary: '))).toEqual(without)
        expect(answered.find(({ place }) => place === 'canary-judge-canary: Errors')?.data?.result).toHaveLength(2)
        const [group] = rules.parse(parse(readFileSync('charts/canary-judge/files/alerts.yaml', 'utf8'))).groups
        const firing: string[] = []
        for (const { alert, expr } of group?.rules ?? []) {
          const { status, error, data } = await ask(prometheus.url, expr)
          expect([alert, status, error]).toEqual([alert, 'success', undefined])
          if ((data?.result.length ?? 0) > 0) firing.push(alert)
        }
        expect(firing).toEqual(['CanaryErrorsFail'])
      } finally {
        await prometheus.stop()
      }
    },
    60_000,
  )
})
