import type { RequestListener } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import {
  judgeLimitsOf,
  managementLimits,
  notifySettingsOf,
  serverLimitsOf,
  tlsOf,
} from './http-settings-of.ts'
import { activeConfig } from './active-config.ts'
import { type Reloader, startReloader } from './reload/reloader.ts'
import { readPolicy } from './reload/read-policy.ts'
import { createBodyWorker } from './body-worker/body-worker.ts'
import { createRouteGroups } from './route-groups.ts'
import type { Schedule } from './schedule.ts'
import { createReloadableSource } from './reloadable-source.ts'
import { createLateStore, type LateStore } from './late-store.ts'
import { startMaintenance } from './maintenance.ts'
import { version } from './version.ts'
import type { Config, ConfigReading } from './config/config.ts'
import { createHandler } from '../http/create-handler.ts'
import { createServer } from '../http/create-server.ts'
import type { RouteGroup } from '../http/route.ts'
import { createJudge, createPolicyLibrary, type JudgeDeps, type JudgeLimits } from '../judge/judge.ts'
import type { Clock, MetricSource, VerdictStore } from '../judge/ports/ports.ts'
import { problemPages } from '../web/pages/problem-page.ts'
import { inTime } from '../timeout.ts'
import { announcingStore } from '../notify/announcing-store.ts'
import { createCourier } from '../notify/courier.ts'
import type { NotifySettings } from '../notify/settings.ts'
import { openStore } from '../store/open-store.ts'
import { createWriteQueue } from '../store/write-queue.ts'
import { createLogger } from '../telemetry/create-logger.ts'
import { createHealth, type Health } from '../telemetry/health.ts'
import { createSourceHealth } from '../telemetry/source-health.ts'
import { createMetrics, type Metrics } from '../telemetry/metrics.ts'

/** Parts that tests and demos use instead of the real ones. */
export interface Overrides {
  readonly clock?: Clock
  readonly logger?: Logger
  readonly openStore?: () => Promise<VerdictStore>
  readonly source?: MetricSource
  readonly metrics?: Metrics
  readonly judge?: Partial<JudgeLimits> & Pick<JudgeDeps, 'maxComputations' | 'storeCallMs' | 'analyzeApart'>
  /** Route groups in addition to those of the service. */
  readonly groups?: readonly RouteGroup[]
  /** How to read the configuration again, and the files to watch. */
  readonly readConfig?: () => Promise<ConfigReading>
  readonly files?: readonly string[]
}

export interface App {
  /** Resolves when everything is ready; while it starts, `/readyz` answers 503. */
  start(): Promise<{ readonly host: string; readonly port: number }>
  /** Lets requests under way finish, up to the deadline; stopping twice waits for the first. */
  stop(): Promise<void>
  /** Looks for changed files now, without waiting for the file system's notice. */
  reload(): Promise<void>
  readonly handler: RequestListener
  readonly groups: readonly RouteGroup[]
  readonly health: Health
  readonly metrics: Metrics
}

/** A scrape waits this long for the store. */
const scrapeReadMs = 1000
/** The service starts without a store that is away for longer than this, and uses it once it is back. */
const startTimeoutMs = 3000

export function createApp(initial: Config, overrides: Overrides = {}): App {
  const clock = overrides.clock ?? { now: () => Date.now() }
  const logger = overrides.logger ?? createLogger(initial.logLevel)
  const metrics = overrides.metrics ?? createMetrics(version)
  const health = createHealth(clock, metrics)
  const policies = createPolicyLibrary(readPolicy)
  const force = activeConfig(initial, logger)
  const notify = (): NotifySettings => notifySettingsOf(force.current())
  const stores: LateStore = createLateStore({
    openStore:
      overrides.openStore ??
      (() =>
        openStore({ url: initial.database.reveal(), clock, log: logger, startTimeoutMs, whenAway: 'start' })),
    health,
    log: logger,
    wrap: (store) => announcingStore(store, { settings: notify, wake: () => courier.wake() }),
  })
  const courier = createCourier({
    store: stores.store,
    settings: notify,
    clock,
    log: logger,
    count: (target, result) => metrics.messages.inc({ target, result }),
  })
  const writes = createWriteQueue({ log: logger })
  metrics.watchWrites(writes)
  metrics.watchPolicies(policies)
  metrics.watchRuns(async (most) => inTime(stores.store().listOpenRuns(most), scrapeReadMs, () => []))
  const sourceNames = (): readonly string[] => Object.keys(force.current().sources)
  const sourceHealth = createSourceHealth({ health, names: sourceNames })
  const sources = createReloadableSource({
    current: force.current,
    clock,
    log: logger,
    telemetry: {
      query(source, result, seconds) {
        metrics.sourceQueries.inc({ source, result })
        metrics.sourceQueryDuration.observe({ source }, seconds)
        sourceHealth.queried(source, result)
      },
    },
  })
  const source = (): MetricSource | undefined => overrides.source ?? sources.source()
  const bodies = createBodyWorker({ log: logger })
  const reads = createBodyWorker({ log: logger, taskMs: 20_000 })
  const looks = createBodyWorker({ log: logger, taskMs: 20_000, maxWaiting: 64 })
  const judge = createJudge({
    analyzeApart: (look, withinMs) => looks.analyze(look, withinMs),
    store: stores.store,
    writes,
    policies,
    source,
    ...overrides.judge,
    limits: () => ({ ...judgeLimitsOf(force.current()), ...overrides.judge }),
    clock,
    log: logger,
    linkBase: () => force.settings().publicUrl ?? '',
    decided: (verdict, seconds) => metrics.timeToVerdict.observe({ verdict }, seconds),
  })
  const end = new AbortController()
  const groups = createRouteGroups({
    bodies,
    reads,
    stopping: end.signal,
    notify,
    ...force,
    stores,
    judge,
    clock,
    log: logger,
    metrics,
    health,
    policies,
    source,
    sourceNames,
    extra: overrides.groups ?? [],
  })
  const { trustProxy } = initial
  const sharedKey = (): Promise<string> => stores.store().sharedKey()
  const showProblem = problemPages(force.settings)
  const handling = { ...force, trustProxy, clock, logger, metrics, health, sharedKey }
  const split = splitGroups(groups, initial.managementPort !== undefined)
  const handler = createHandler({ ...handling, groups: split.served, problemPage: showProblem })
  const managementHandler = createHandler({ ...handling, groups: split.management })
  const server = createServer(handler, serverLimitsOf(initial), tlsOf(initial))
  const management =
    initial.managementPort === undefined
      ? undefined
      : createServer(managementHandler, managementLimits(initial))
  let upkeep: Schedule | undefined
  let reloader: Reloader | undefined
  let stopping: Promise<void> | undefined

  const start = async (): Promise<{ readonly host: string; readonly port: number }> => {
    health.ok('config')
    const { readConfig, files = [] } = overrides
    const take = (config: Config): void => {
      force.take(config)
      const tls = tlsOf(config)
      if (tls !== undefined) server.useTls(tls)
    }
    reloader = await startReloader({
      ...force,
      take,
      policies,
      readConfig,
      files,
      log: logger,
      health,
      metrics,
    })
    // listens only now, because before the policies are loaded every named policy would be unknown
    const { address: host, port } = await server.listen(initial.host, initial.port)
    if (initial.managementPort !== undefined) {
      const opened = await management?.listen(initial.host, initial.managementPort)
      logger.info({ host: opened?.address, port: opened?.port }, 'probes and metrics are answered here')
    }
    await stores.open()
    if (stopping === undefined) {
      upkeep = startMaintenance({ ...force, stores, source, policies, clock, courier, log: logger })
      health.state = 'ready'
      courier.wake()
    }
    logger.info({ host, port, version, policies: policies.list().length }, 'ready')
    return { host, port }
  }
  const stop = async (): Promise<void> => {
    health.state = 'stopping'
    end.abort()
    server.endConnections()
    const { delayMs, deadlineMs } = force.current().shutdown
    logger.info({ delayMs, deadlineMs }, 'stopping')
    await wait(delayMs)
    logger.info({ deadlineMs }, 'no new connections')
    const { cut } = await server.close(deadlineMs)
    await management?.close(0)
    if (cut) logger.warn({ deadlineMs }, 'the deadline passed: requests under way were cut off')
    await reloader?.close()
    await upkeep?.close()
    await bodies.close()
    await reads.close()
    await looks.close()
    await Promise.all([writes.close(), courier.close()])
    await sources.close()
    await stores.close()
    logger.info({}, 'stopped')
  }
  return {
    handler,
    groups,
    health,
    metrics,
    async start() {
      try {
        return await start()
      } catch (error) {
        await (stopping ??= stop())
        throw error
      }
    },
    stop: () => (stopping ??= stop()),
    reload: async () => reloader?.check(),
  }
}

const operation = 'operation'

/** With a separate management port, metrics are only there; probes are answered at both ports. */
function splitGroups(groups: readonly RouteGroup[], apart: boolean) {
  const served = groups.map((group) =>
    apart && group.name === operation
      ? { ...group, routes: group.routes.filter(({ path }) => path !== '/metrics') }
      : group,
  )
  return { served, management: groups.filter(({ name }) => name === operation) }
}
