import type { Recording } from '../../../src/engine/model/recording.ts'
import type { SimulatedSeries } from '../simulated-prometheus/simulated-series.ts'
import { conventions, type ConventionName } from './conventions.ts'
import { decoysOf } from './decoys.ts'
import { expectedRecording } from './expected-recording.ts'
import { exportGateways } from './export-gateways.ts'
import { exportPod } from './export-pod.ts'
import { createIdentity, podName, type Identity, type IdentityOptions } from './identity.ts'
import type { Restart, Setting } from './setting.ts'
import { boundsOf, deedsOf } from './tally.ts'
import type { Outage } from './timeline.ts'

export interface WorldOptions extends IdentityOptions {
  /** What happens in each pod, made by `simulateRollout`. The first metric of each kind is used. */
  readonly recording: Recording
  /** Says who counts the requests, and under which names. */
  readonly convention: ConventionName
  /** The seed of the names. */
  readonly seed?: string
  readonly scrapeSeconds?: number
  /** How many slices before the recording also have samples. */
  readonly lead?: number
  /** False: no marker ends a series, as in a server that was filled from a file. */
  readonly staleMarkers?: boolean
  /** Adds pods of other workloads, and series in which the other end counts the same requests. */
  readonly decoys?: boolean
  readonly restarts?: readonly Restart[]
  /** A pod that starts in such a slice is expected to count from zero, although a source cannot know this. */
  readonly outages?: readonly Outage[]
}

export interface World {
  readonly identity: Identity
  readonly series: readonly SimulatedSeries[]
  /** The data that a perfect source fetches: all bounds, no `shape`, and rows by pod, or by arm when gateways count. */
  readonly expected: Recording
}

/**
 * Turns a rollout into the raw samples that a Prometheus would have. Comparing only verdicts would hide a request in the
 * wrong slice, so `expected` is computed without a query. The last scrape of a slice has seen the whole slice, so a source
 * can read every request back. The decoys are very ill, so a source that reads one of them gives visibly wrong data.
 */
export function createWorld(options: WorldOptions): World {
  const { recording, decoys = true } = options
  const setting = settingOf(options)
  const { identity, convention, timeline, bounds } = setting
  const indexes = { stable: 0, canary: 0 }
  const pods = recording.pods.map(({ arm }, row) => {
    const deeds = deedsOf(recording, row, timeline)
    return exportPod(setting, { identity, arm, name: podName(identity, arm, indexes[arm]++), deeds, row })
  })
  const gateways = convention.at === 'gateway' ? exportGateways(setting, identity, pods) : []
  const rolloutStart = recording.rolloutStart
  const others = decoys ? decoysOf(identity, { timeline, rolloutStart, bounds: bounds.length }) : []
  const strangers = others.map((decoy) =>
    exportPod(setting, { ...decoy, name: podName(decoy.identity, decoy.arm, 0) }),
  )
  const strangersOnly = Map.groupBy(
    strangers.filter((_, index) => others[index]?.podsOnly === false),
    (pod) => pod.identity,
  )
  const strangeGateways =
    convention.at === 'gateway'
      ? [...strangersOnly].flatMap(([other, its]) => exportGateways(setting, other, its))
      : []
  return {
    identity,
    series: [
      ...[...pods, ...strangers].flatMap((pod) => [...pod.series, ...(decoys ? pod.echo : [])]),
      ...[...gateways, ...strangeGateways].flatMap(({ exported }) => exported.series),
    ],
    expected: expectedRecording(recording, timeline, pods, gateways),
  }
}

function settingOf(options: WorldOptions): Setting {
  const { recording, convention, scrapeSeconds = 15, lead = 10, staleMarkers = true } = options
  const { seed = 'world', restarts = [], outages = [] } = options
  const sliceMs = recording.sliceSeconds * 1000
  return {
    identity: createIdentity(seed, options),
    convention: conventions[convention],
    timeline: {
      start: Date.parse(recording.start) - lead * sliceMs,
      sliceMs,
      slices: recording.slices + lead,
      lead,
    },
    bounds: boundsOf(recording),
    scrapeMs: scrapeSeconds * 1000,
    staleMarkers,
    outages,
    restarts,
  }
}
