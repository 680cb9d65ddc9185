import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import type { Environment } from '../../app/config/config.ts'
import type { Policy } from '../../engine/model/policy.ts'
import type { Recording } from '../../engine/model/recording.ts'
import { AppError } from '../../errors.ts'
import type { MetricSource } from '../../judge/ports/ports.ts'
import { sourceNameOf } from '../../sources/source.ts'
import { createSourceSet } from '../../sources/source-set.ts'
import type { SourceSettings } from '../../sources/source-settings.ts'
import { createClient, type RangeWindow } from '../../sources/prometheus/client/client.ts'
import { fetchWhole } from '../../sources/prometheus/client/fetch-range.ts'
import type { Series } from '../../sources/prometheus/client/query-result.ts'
import {
  createPresenceReader,
  type Presence,
  type PresenceReader,
} from '../../sources/prometheus/history/read-presence.ts'
import { readSources } from '../read-sources.ts'
import { type Episode, episodesOf, joined } from './episodes.ts'
import type { PastFlags } from './past-flags.ts'

/** The time that is looked at; in milliseconds. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A time, and the id of its recording. */
export interface NamedSpan extends Span {
  readonly id: string
}

/** What Prometheus still has of a workload. Everything is read in small parts, with pauses between them. */
export interface PastService {
  /** Whether versions have names of their own; otherwise they are `canary` and `stable`. */
  readonly named: boolean
  /** When each version was there. */
  episodes(span: Span, progress: (done: number, of: number) => void): Promise<readonly Episode[]>
  /** When the canary came, more exactly than an episode says; undefined = it had no series. */
  canaryStart(pair: Pair, around: Span): Promise<number | undefined>
  recording(pair: Pair, span: NamedSpan): Promise<Recording>
  /** The data of one version alone. */
  alone(stableRevision: string, span: NamedSpan): Promise<Recording>
  /** What a query had at each step of a time, as the server of the policy's first metric answers. */
  values(query: string, window: RangeWindow): Promise<readonly Series[]>
  close(): Promise<void>
}

export interface Pair {
  readonly revision: string
  readonly stableRevision: string
}

/** The step in which presence is read. */
const presenceSeconds = 300
const windowSeconds = 86_400
/** Reading is no look: a slow answer is no reason to give up. */
const patienceMs = 120_000
/** Two at the same time leave room for the looks of rollouts that go on now. */
const concurrency = 2
const longestPauseMs = 30_000

export async function openPastService(
  policy: Policy,
  flags: PastFlags,
  env: Environment,
): Promise<PastService> {
  const configured = await readSources(policy, flags, env)
  const sources = Object.fromEntries(
    Object.entries(configured).map(([name, settings]) => [name, { ...settings, timeoutMs: patienceMs }]),
  )
  const { namespace, name, param: params = {} } = flags
  const clock = { now: () => Date.now() }
  const source = createSourceSet({ sources, clock, log: pino({ level: 'silent' }), concurrency })
  const client = createClient({ settings: settingsOf(policy, sources), concurrency: 1 })
  const presence = createPresenceReader(policy, { namespace, name, params }, client)
  const subject = { policy, params, namespace, name }
  return {
    named: presence.named,
    episodes: (span, progress) => readEpisodes(presence, span, progress),
    canaryStart: (pair, around) => gently(() => canaryStart(source, subject, pair, around)),
    recording: (pair, span) => gently(() => fetchPast(source, subject, pair, span)),
    alone: (version, span) => gently(() => fetchAlone(source, subject, version, span)),
    values: (query, window) =>
      gently(() => fetchWhole({ client, signal: AbortSignal.timeout(patienceMs) }, query, window)),
    async close() {
      client.close()
      await source.close()
    },
  }
}

/** The work, and then a pause that is as long, so that a server has at least half of its time for others. */
async function gently<T>(work: () => Promise<T>): Promise<T> {
  const begun = performance.now()
  const result = await work()
  await wait(Math.min(performance.now() - begun, longestPauseMs))
  return result
}

function settingsOf(policy: Policy, sources: Readonly<Record<string, SourceSettings>>): SourceSettings {
  const [first] = policy.metrics
  const name = first === undefined ? policy.source : sourceNameOf(policy, first)
  const settings = sources[name]
  if (settings !== undefined) return settings
  throw new AppError(
    'bad-request',
    `expected one of the sources ${Object.keys(sources).join(', ')}, got "${name}"`,
  )
}

async function readEpisodes(
  reader: PresenceReader,
  { from, to }: Span,
  progress: (done: number, of: number) => void,
): Promise<readonly Episode[]> {
  const step = presenceSeconds
  const first = Math.ceil(from / 1000 / step) * step
  const last = Math.floor(to / 1000 / step) * step
  const windows = Math.ceil((last - first + step) / windowSeconds)
  const parts: (readonly Presence[])[] = []
  for (let start = first; start <= last; start += windowSeconds) {
    const window = { start, end: Math.min(start + windowSeconds - step, last), stepSeconds: step }
    parts.push(await gently(() => reader.read(window, AbortSignal.timeout(patienceMs))))
    progress(parts.length, windows)
  }
  return episodesOf(joined(parts), step)
}

interface Subject {
  readonly policy: Policy
  readonly params: Readonly<Record<string, string>>
  readonly namespace: string
  readonly name: string
}

async function canaryStart(
  source: MetricSource,
  { policy, params, namespace, name }: Subject,
  pair: Pair,
  { from, to }: Span,
): Promise<number | undefined> {
  return source.canaryStart?.({
    policy,
    run: { namespace, name, ...pair },
    params,
    until: to,
    since: from,
    quietMs: 600_000,
    signal: AbortSignal.timeout(patienceMs),
  })
}

function fetchPast(
  source: MetricSource,
  { policy, params, namespace, name }: Subject,
  pair: Pair,
  { id, from, to }: NamedSpan,
): Promise<Recording> {
  return source.fetch({
    policy,
    run: {
      id,
      source: policy.source,
      namespace,
      name,
      ...pair,
      policy: policy.name,
      policyDigest: id,
      start: from,
      openedAt: from,
      lastLookAt: from,
    },
    params,
    until: to,
    signal: AbortSignal.timeout(patienceMs),
  })
}

/** A revision that no pod has: while it is looked for, all data are of stable. */
const noRevision = 'zzzzz'

/** The whole time is before the start of a rollout that never comes. */
function fetchAlone(
  source: MetricSource,
  { policy, ...subject }: Subject,
  stableRevision: string,
  { id, from, to }: NamedSpan,
): Promise<Recording> {
  const withHistory = { ...subject, policy: { ...policy, historySeconds: (to - from) / 1000 } }
  return fetchPast(source, withHistory, { revision: noRevision, stableRevision }, { id, from: to, to })
}
