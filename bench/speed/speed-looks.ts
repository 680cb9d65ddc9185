import type { Policy } from '../../src/engine/model/policy.ts'
import type { Recording } from '../../src/engine/model/recording.ts'
import { parsePolicy } from '../../src/formats/policy/parse-policy.ts'
import type { FetchRequest, MetricSource } from '../../src/judge/ports/ports.ts'
import { createSourceSet } from '../../src/sources/source-set.ts'
import { toOpenMetrics } from '../../test/support/simulated-prometheus/to-open-metrics.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { createWorld, type World } from '../../test/support/simulated-world/create-world.ts'

/** One service whose looks are measured. */
export interface Subject {
  readonly pods: number
  readonly world: World
  readonly text: string
}

const history = 60
const minutes = 20

export const policy: Policy = parsePolicy(`
name: speed
history: ${history}m
metrics:
  - {name: errors, kind: errors}
  - {name: latency, kind: latency, limit: 500ms}
  - {name: conversion, kind: conversion, good: orders_completed_total, total: checkouts_started_total}
  - {name: memory, kind: gauge, query: 'container_memory_working_set_bytes{container!=""}'}
`).policy

export function createSubject(pods: number): Subject {
  const canary = Math.max(Math.round(pods / 10), 1)
  const recording = simulateRollout({
    seed: pods,
    start: '2026-02-01T00:00:00Z',
    history,
    plan: [{ weight: 10, minutes, pods: canary }],
    stablePods: pods - canary,
    traffic: { rps: 5 * pods, podSd: 0.2 },
  })
  const world = createWorld({
    recording,
    convention: 'application',
    namespace: `pods-${pods}`,
    seed: `speed-${pods}`,
    staleMarkers: false,
    decoys: false,
    lead: 1,
    scrapeSeconds: 30,
  })
  return { pods, world, text: toOpenMetrics(world.series) }
}

export interface Cost {
  readonly seconds: number
  /** Seconds of the slowest query, as the look saw it. */
  readonly slowest: number
  /** Processor time of this process. */
  readonly cpuSeconds: number
}

export interface Look extends Cost {
  readonly recording: Recording
}

/** Measures a look at a run that the source does not know yet, and another look one slice later. */
export async function coldAndWarm(
  url: string,
  subject: Subject,
  between: () => void = () => undefined,
): Promise<{ readonly cold: Look; readonly warm: Look }> {
  const queries: number[] = []
  const source = createSourceSet({
    sources: { default: { url, headers: {}, timeoutMs: 60_000 } },
    clock: { now: () => Date.now() },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    telemetry: { query: (_source, _result, seconds) => void queries.push(seconds) },
  })
  const at = Date.parse(subject.world.expected.start) + (history + minutes - 2) * 60_000 + 30_000
  const cold = await lookOf(source, requestOf(subject, at), queries)
  between()
  const warm = await lookOf(source, requestOf(subject, at + 60_000), queries)
  await source.close()
  return { cold, warm }
}

async function lookOf(source: MetricSource, request: FetchRequest, queries: number[]): Promise<Look> {
  const { cost, result: recording } = await measured(() => source.fetch(request), queries)
  const problems = recording.problems ?? []
  if (problems.length > 0)
    throw new Error(`expected no problems, got ${JSON.stringify(problems.slice(0, 3))}`)
  return { ...cost, recording }
}

/** Measures `act`. `queries` gets the seconds of each query that is sent meanwhile. */
export async function measured<T>(
  act: () => Promise<T>,
  queries: number[],
): Promise<{ readonly cost: Cost; readonly result: T }> {
  queries.length = 0
  const cpu = process.cpuUsage()
  const begin = performance.now()
  const result = await act()
  const seconds = (performance.now() - begin) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { cost: { seconds, slowest: Math.max(...queries), cpuSeconds: (user + system) / 1e6 }, result }
}

function requestOf({ world }: Subject, until: number): FetchRequest {
  const { identity, expected } = world
  const start = Date.parse(expected.start) + expected.rolloutStart * 60_000
  const times = { start, openedAt: start, lastLookAt: start }
  return {
    policy,
    run: {
      id: identity.namespace,
      source: 'default',
      namespace: identity.namespace,
      name: identity.target,
      revision: identity.revisions.canary,
      stableRevision: identity.revisions.stable,
      policy: policy.name,
      policyDigest: 'speed',
      ...times,
    },

    params: {},
    until,
    signal: AbortSignal.timeout(120_000),
  }
}

function quiet(): void {
  // this log keeps nothing
}
