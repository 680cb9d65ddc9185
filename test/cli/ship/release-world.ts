import type { Effect } from '../../../src/simulate/effect.ts'
import { createSimulatedClock } from '../../controllers/simulated-clock.ts'
import type { SimulatedSeries } from '../../support/simulated-prometheus/simulated-series.ts'
import { startSimulatedPrometheus } from '../../support/simulated-prometheus/start-simulated-prometheus.ts'
import { liveSeries, type Phase } from '../../whole-rollouts/live-world.ts'
import { startHere } from '../../whole-rollouts/service.ts'
import type { Answer, Lab } from './lab.ts'
import { at, type Json, numberOf, textOf } from './objects.ts'

export interface ReleaseWorldOptions {
  readonly apps: readonly string[]
  readonly policies: Readonly<Record<string, string>>
  /** The harm of one app's new version, from this weight on. */
  readonly harm?: { readonly app: string; readonly fromWeight: number; readonly effect: Effect }
}

export interface ReleaseWorld {
  /** Lets two minutes pass at each look at the first app, and asks the service. */
  readonly answer: Lab['answer']
  [Symbol.asyncDispose](): Promise<void>
}

const minuteMs = 60_000
const minutesPerLook = 2

/** Starts the whole service, and a Prometheus with the pods of these apps. The traffic follows the weight that ship names. */
export async function startReleaseWorld(options: ReleaseWorldOptions): Promise<ReleaseWorld> {
  const { apps, policies } = options
  // The start is ahead of the real clock, by which ship says when the release began.
  const start = Math.ceil(Date.now() / minuteMs + 1) * minuteMs
  const clock = createSimulatedClock(start)
  const prometheus = await startSimulatedPrometheus({ clock })
  const phases = new Map<string, readonly Phase[]>(apps.map((app) => [app, [{ from: start, weight: 0 }]]))
  const load = (): void =>
    prometheus.load(apps.flatMap((app) => seriesOf(app, phases.get(app) ?? [], start, options)))
  load()
  const service = await startHere({ clock, prometheusUrl: prometheus.url, policies })
  const shift = (app: string, weight: number): void => {
    const its = phases.get(app) ?? []
    if (its.at(-1)?.weight === weight) return
    phases.set(app, [...its.filter(({ from }) => from < clock.now()), { from: clock.now(), weight }])
    load()
  }
  const play = async (asked: Json): Promise<void> => {
    if (at(asked, 'name') === apps[0]) await clock.wait(minutesPerLook * minuteMs)
    shift(textOf(at(asked, 'name')), numberOf(at(asked, 'step', 'weight'), 0))
  }
  return {
    async answer({ method, path, authorization, body }): Promise<Answer> {
      const asking = method === 'POST'
      if (asking) await play(JSON.parse(body))
      const response = await fetch(`${service.urls()[0]}${path}`, {
        method,
        headers: { 'Content-Type': 'application/json', authorization },
        ...(asking && { body }),
      })
      return { status: response.status, body: await response.text() }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([service[Symbol.asyncDispose](), prometheus.close()])
    },
  }
}

function seriesOf(
  app: string,
  phases: readonly Phase[],
  start: number,
  { harm }: ReleaseWorldOptions,
): readonly SimulatedSeries[] {
  const begins = phases.find(({ weight }) => weight >= (harm?.fromWeight ?? 0))?.from
  const isIll = harm?.app === app && begins !== undefined
  const effect = isIll ? { ...harm.effect, fromMinute: (begins - start) / minuteMs } : {}
  const living = {
    controller: 'argo',
    convention: 'application',
    target: app,
    effect,
    decoys: false,
  } as const
  return liveSeries(phases, start, living).map((one) => ({ ...one, labels: labelsOfDeployments(one, app) }))
}

/** Pods are named after their Deployment. */
function labelsOfDeployments({ labels }: SimulatedSeries, app: string): SimulatedSeries['labels'] {
  const { rollouts_pod_template_hash: _, pod = '', track = '', ...others } = labels
  return { ...others, pod: pod.replace(`${app}-`, `${app}-${track}-`), track }
}
