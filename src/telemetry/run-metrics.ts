import { Gauge, type Registry } from 'prom-client'
import { z } from 'zod'
import { waitsForPerson } from '../judge/model/waits-for-person.ts'
import type { OpenRun } from '../judge/ports/ports.ts'

/** Gives the open runs, at most so many, with their latest verdicts. */
export type ReadOpenRuns = (most: number) => Promise<readonly OpenRun[]>

/** With five metrics each they make about 2 500 series, which cost a scrape tens of milliseconds. */
const mostRuns = 100

const ofRun = ['caller', 'rollout_namespace', 'rollout', 'revision'] as const
const ofMetric = [...ofRun, 'metric', 'kind'] as const

/**
 * What the latest look at each open run found, read from the store at each scrape: every replica shows the same, and a
 * run that was closed by another replica is gone. The labels keep clear of `namespace`, which a scrape sets itself.
 */
export function createRunMetrics(registers: Registry[]) {
  let readOpenRuns: ReadOpenRuns = async () => []
  let reading: Promise<readonly Seen[]> | undefined
  /** All gauges of one scrape share one reading. */
  const read = (): Promise<readonly Seen[]> =>
    (reading ??= seen(readOpenRuns).finally(() => {
      reading = undefined
    }))
  const runGauges = gauges.map(
    ({ name, help, labelNames, values }) =>
      new Gauge<string>({
        name,
        help,
        labelNames,
        registers,
        async collect() {
          const runs = await read()
          this.reset()
          for (const { labels, value } of runs.flatMap(values)) this.set(labels, value)
        },
      }),
  )
  return {
    runGauges,
    watchRuns(openRuns: ReadOpenRuns): void {
      readOpenRuns = openRuns
    },
  }
}

const bodySchema = z.looseObject({
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  score: z.number(),
  reasons: z.array(z.looseObject({ code: z.string() })),
  decisions: z.array(z.looseObject({ decision: z.string() })),
  metrics: z.array(
    z.looseObject({
      name: z.string(),
      kind: z.string(),
      judged: z.string(),
      canary: z.looseObject({ value: z.number().optional() }).optional(),
      stable: z.looseObject({ value: z.number().optional() }).optional(),
      ratio: z.looseObject({ estimate: z.number() }).optional(),
      evidence: z.number().nullish(),
    }),
  ),
})

type Labels = Readonly<Record<string, string>>
type Value = { readonly labels: Labels; readonly value: number }

interface Seen {
  readonly labels: Labels
  readonly body: z.output<typeof bodySchema>
}

/** A scrape is worth more than these: while the store is away there are none of them. */
async function seen(openRuns: ReadOpenRuns): Promise<readonly Seen[]> {
  const runs = await openRuns(mostRuns).catch((): readonly OpenRun[] => [])
  return runs.flatMap(({ run, latest }) => {
    const body = bodySchema.safeParse(latest?.body)
    if (!body.success) return []
    const { source: caller, namespace, name: rollout, revision } = run
    return [{ labels: { caller, rollout_namespace: namespace, rollout, revision }, body: body.data }]
  })
}

const byMetric =
  (valueOf: (metric: Seen['body']['metrics'][number]) => number | null | undefined) =>
  ({ labels, body }: Seen): readonly Value[] =>
    body.metrics.flatMap((metric) => {
      const value = valueOf(metric) ?? undefined
      const { name, kind } = metric
      return value === undefined ? [] : [{ labels: { ...labels, metric: name, kind }, value }]
    })

const gauges: readonly {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  readonly values: (seen: Seen) => readonly Value[]
}[] = [
  {
    name: 'canary_judge_run_score',
    help: '0 fail, 50 no evidence, 100 pass; of the 100 open runs that began last',
    labelNames: ofRun,
    values: ({ labels, body }) => [{ labels, value: body.score }],
  },
  {
    name: 'canary_judge_run_waiting',
    help: '1 when only a person can let the run go on, else 0',
    labelNames: ofRun,
    values: ({ labels, body }) => [{ labels, value: waitsForPerson(body) ? 1 : 0 }],
  },
  {
    name: 'canary_judge_run_metric_value',
    help: 'What each arm showed: a share of requests, a quantile in seconds, or a level',
    labelNames: [...ofMetric, 'arm'],
    values: (run) =>
      (['canary', 'stable'] as const).flatMap((arm) =>
        byMetric((metric) => metric[arm]?.value)(run).map(({ labels, value }) => ({
          labels: { ...labels, arm },
          value,
        })),
      ),
  },
  {
    name: 'canary_judge_run_metric_ratio',
    help: 'Canary divided by stable; 1 = equal',
    labelNames: ofMetric,
    values: byMetric(({ ratio }) => ratio?.estimate),
  },
  {
    name: 'canary_judge_run_metric_evidence',
    help: 'E-value of harm; what is enough for a fail is 1 divided by its share of the false-fail rate',
    labelNames: ofMetric,
    values: byMetric(({ evidence }) => evidence),
  },
  {
    name: 'canary_judge_run_metric_failing',
    help: '1 when the metric shows that the canary is worse, else 0',
    labelNames: ofMetric,
    values: byMetric(({ judged }) => (judged === 'fail' ? 1 : 0)),
  },
]
