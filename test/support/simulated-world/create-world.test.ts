import { afterEach, describe, expect, test } from 'vitest'
import type { Recording } from '../../../src/engine/model/recording.ts'
import { effects } from '../../../src/simulate/effect.ts'
import {
  startSimulatedPrometheus,
  type SimulatedPrometheus,
} from '../simulated-prometheus/start-simulated-prometheus.ts'
import type { SimulatedSeries } from '../simulated-prometheus/simulated-series.ts'
import { toOpenMetrics } from '../simulated-prometheus/to-open-metrics.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { rolloutDefaults } from '../../../src/simulate/simulated-rollout.ts'
import { conventions, type ConventionName } from './conventions.ts'
import { createWorld, type World } from './create-world.ts'
import { prometheusMissing, startPrometheus } from '../parts/prometheus.ts'
import { readByHand } from './naive-source.ts'

const names: readonly ConventionName[] = [
  'application',
  'opentelemetry',
  'istio',
  'istio-gateway',
  'linkerd',
  'nginx',
  'traefik',
  'contour',
  'gloo',
  'kuma',
]
const recording = simulateRollout({
  seed: 'world',
  history: 20,
  plan: [
    { weight: 5, minutes: 5, pods: 1 },
    { weight: 50, minutes: 5, pods: 3, stablePods: 2 },
  ],
  stablePods: 4,
  traffic: { rps: 8, podSd: 0.3 },
  effect: effects['errors-x3'],
  service: { ...rolloutDefaults.service, latencyBounds: [0.025, 0.075, 0.125, 1, 2.5] },
})
const lateEnough = Date.parse(recording.start) + 86_400_000
const missing = prometheusMissing()
const servers: SimulatedPrometheus[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

const serve = async (series: readonly SimulatedSeries[]): Promise<string> => {
  const server = await startSimulatedPrometheus({ clock: { now: () => lateEnough }, series })
  servers.push(server)
  return server.url
}

const worldOf = (convention: ConventionName, more: object = {}): World =>
  createWorld({ recording, convention, controller: 'flagger', namespace: convention, ...more })

const withoutGauges = ({ metrics }: Recording): Recording['metrics'] =>
  Object.fromEntries(Object.entries(metrics).filter(([, { kind }]) => kind !== 'gauge'))

describe('createWorld', () => {
  test('names has every convention', () => {
    expect(names.toSorted()).toEqual(Object.keys(conventions).toSorted())
  })

  test.each(names)(
    'createWorld(%s) can be read by hand as it expects, decoys and all',
    async (convention) => {
      for (const staleMarkers of [true, false]) {
        const { series, expected } = worldOf(convention, { staleMarkers })
        const read = await readByHand(await serve(series), { expected, convention, namespace: convention })
        expect(read).toEqual(withoutGauges(expected))
      }
    },
  )
})

describe.skipIf(missing !== undefined)(`createWorld in the real server ${missing ?? ''}`, () => {
  test('createWorld(each convention) can be read by hand as it expects', async () => {
    const worlds = names.map((convention) => ({
      convention,
      world: worldOf(convention, { staleMarkers: false }),
    }))
    const openMetrics = toOpenMetrics(worlds.flatMap(({ world }) => world.series))
    const server = await startPrometheus({ openMetrics })
    try {
      for (const { convention, world } of worlds) {
        const { expected } = world
        const read = await readByHand(server.url, { expected, convention, namespace: convention })
        expect(read).toEqual(withoutGauges(expected))
      }
    } finally {
      await server.stop()
    }
  })
})
