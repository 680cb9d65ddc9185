import type { Arm } from '../../../src/engine/model/recording.ts'
import type { Labels, SimulatedSeries } from '../simulated-prometheus/simulated-series.ts'
import { versionOf } from './conventions.ts'
import { sightsOf, type Sights } from './counter.ts'
import { addressOf, createTarget } from './create-target.ts'
import type { Setting } from './setting.ts'
import { exportCounter, exportRequests, seriesOf, type Exported, type Target } from './export-requests.ts'
import { workloadOf, type Identity } from './identity.ts'
import { together, type Deeds } from './tally.ts'

export interface PodPlan {
  readonly identity: Identity
  readonly arm: Arm
  readonly name: string
  readonly deeds: Deeds
  /** The number of the pod in the recording; a decoy has none. */
  readonly row?: number
}

/** A pod and all series that are scraped from it. */
export interface ExportedPod extends PodPlan {
  readonly series: readonly SimulatedSeries[]
  /** The same requests as the other end of the connection counts them. */
  readonly echo: readonly SimulatedSeries[]
  readonly app: Target
  readonly checkouts?: Sights
  readonly orders?: Sights
  readonly container: Target
  readonly memory?: readonly (number | undefined)[]
  readonly requests?: { readonly target: Target; readonly exported: Exported }
}

export function exportPod(setting: Setting, plan: PodPlan): ExportedPod {
  const { identity, arm, name, deeds, row = -1 } = plan
  const { convention, bounds } = setting
  const process = { of: 'pod' as const, index: row }
  const target = (container: string, port: number): Target =>
    createTarget(setting, `${name}/${container}`, { labels: podLabels(plan, container, port), process })
  const own = convention.at === 'pod' && convention.container === 'app'
  const app = target('app', own ? convention.port : 8080)
  const counting = own || convention.at === 'gateway' ? app : target(convention.container, convention.port)
  const labels = convention.labels(identity, arm)
  const exported =
    convention.at === 'pod' ? exportRequests(counting, convention, { deeds, labels, bounds }) : undefined
  const business = exportBusiness(app, deeds)
  const container = createTarget(setting, `${name}/kubelet`, { labels: cadvisorLabels(plan), process })
  const resources = exportResources(container, deeds)
  const targets = [...new Set([app, counting])]
  return {
    ...plan,
    app,
    container,
    ...business.sights,
    ...(resources.memory === undefined ? {} : { memory: resources.memory }),
    ...(exported === undefined ? {} : { requests: { target: counting, exported } }),
    series: [
      ...(exported?.series ?? []),
      ...business.series,
      ...resources.series,
      ...targets.map((one) => upSeries(one, deeds)),
    ],
    echo: exported === undefined ? [] : echoOf(exported.series, convention.echo),
  }
}

function podLabels({ identity, arm, name }: PodPlan, container: string, port: number): Labels {
  const { namespace, target, controller, revisions } = identity
  return {
    job: `${namespace}/${workloadOf(identity, arm)}`,
    instance: `${addressOf(`${namespace}/${name}`)}:${port}`,
    namespace,
    pod: name,
    container,
    app: target,
    track: arm,
    version: versionOf(arm),
    ...(controller === 'argo' ? { rollouts_pod_template_hash: revisions[arm] } : {}),
  }
}

function cadvisorLabels({ identity, name }: PodPlan): Labels {
  const node = `node-${(name.charCodeAt(name.length - 1) % 3) + 1}`
  return { job: 'kubelet', instance: `${node}:10250`, namespace: identity.namespace, pod: name }
}

function exportBusiness(app: Target, { checkouts, orders }: Deeds) {
  if (checkouts === undefined || orders === undefined) return { series: [], sights: {} }
  const total = exportCounter(app, 'checkouts_started_total', {}, checkouts)
  const good = exportCounter(app, 'orders_completed_total', {}, orders)
  return { series: [total.series, good.series], sights: { checkouts: total.sights, orders: good.sights } }
}

/** cAdvisor reports the app's container, and the whole pod a second time with an empty container name. */
function exportResources(target: Target, deeds: Deeds) {
  const counts = together(deeds).requests
  const counter = { counts, base: 0, restarts: target.restarts, atZero: 'shown' as const }
  const cpu = sightsOf(counter, target.scrapes).shown.map((requests) => requests && requests * 0.002)
  const { memory: level } = deeds
  const memory = level && target.scrapes.slices.map((slice) => level[slice] ?? undefined)
  const series = ['app', ''].flatMap((container) => [
    seriesOf(target, 'container_cpu_usage_seconds_total', { container }, cpu),
    ...(memory ? [seriesOf(target, 'container_memory_working_set_bytes', { container }, memory)] : []),
  ])
  return { series, memory }
}

function upSeries(target: Target, deeds: Deeds): SimulatedSeries {
  const alive = deeds.ok.requests
  const up = target.scrapes.slices.map((slice) => ((alive[slice] ?? null) === null ? undefined : 1))
  const { job = '', instance = '', pod = '', namespace = '' } = target.labels
  return seriesOf({ ...target, labels: { job, instance, pod, namespace } }, 'up', {}, up)
}

function echoOf(series: readonly SimulatedSeries[], echo: Labels | undefined): readonly SimulatedSeries[] {
  if (echo === undefined) return []
  return series.map((one) => ({ ...one, labels: { ...one.labels, ...echo } }))
}
