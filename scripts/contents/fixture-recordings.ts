import type { MetricData, PodSeries, Recording } from '../../src/engine/model/recording.ts'
import { effects, type Effect } from '../../src/simulate/effect.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { rolloutDefaults } from '../../src/simulate/simulated-rollout.ts'

/** The five recordings that tests and examples use. Each has an hour of history and three steps of five minutes. */
export function fixtureRecordings(): Readonly<Record<string, Recording>> {
  return {
    healthy: make('healthy', effects.none),
    'errors-x10': make('errors-x10', effects['errors-x10']),
    'latency-x2': make('latency-x2', effects['latency-x2']),
    'no-canary-data': withoutCanary(make('no-canary-data', effects.none)),
    'too-little-traffic': make('too-little-traffic', effects.none, 0.2),
  }
}

/** The text has the samples of one pod on each line, so that a diff shows what changed. */
export function toFixtureText(recording: Recording): string {
  const text = JSON.stringify(recording, null, 1)
  const flat = text.replaceAll(
    /\[\s+((?:null|[-\d.e+]+)(?:,\s+(?:null|[-\d.e+]+))*)\s+\]/g,
    (_, inner: string) => {
      return `[${inner.replaceAll(/,\s+/g, ',')}]`
    },
  )
  return `${flat}\n`
}

function make(id: string, effect: Effect, rps = 50): Recording {
  return simulateRollout({
    seed: `fixture ${id}`,
    id,
    effect,
    history: 60,
    stablePods: 4,
    plan: [
      { weight: 5, minutes: 5, pods: 1 },
      { weight: 25, minutes: 5, pods: 1 },
      { weight: 50, minutes: 5, pods: 2 },
    ],
    traffic: { rps, podSd: 0 },
    service: { ...rolloutDefaults.service, latencyBounds: [0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1] },
  })
}

/** The recording knows the canary's pods, but none of their series has a sample. */
function withoutCanary(recording: Recording): Recording {
  const ofStable = <Row>(rows: readonly (Row | null)[]) =>
    rows.map((row, pod) => (recording.pods[pod]?.arm === 'stable' ? row : null))
  return {
    ...recording,
    metrics: Object.fromEntries(
      Object.entries(recording.metrics).map(([name, data]) => [name, keepRows(data, ofStable)]),
    ),
  }
}

function keepRows(
  data: MetricData,
  keep: <Row>(rows: readonly (Row | null)[]) => readonly (Row | null)[],
): MetricData {
  const series = (rows: readonly PodSeries[]) => keep(rows)
  switch (data.kind) {
    case 'errors':
      return { ...data, bad: series(data.bad), total: series(data.total) }
    case 'conversion':
      return { ...data, good: series(data.good), total: series(data.total) }
    case 'latency':
      return { ...data, above: keep(data.above), total: series(data.total) }
    case 'gauge':
    case 'series':
      return { ...data, value: series(data.value) }
    case 'restarts':
      return { ...data, restarts: series(data.restarts) }
    default:
      return data satisfies never
  }
}
