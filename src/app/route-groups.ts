import { decisionRoutes } from '../callers/api/decision-routes.ts'
import { exportRoutes } from '../callers/api/export-routes.ts'
import { historyRoutes } from '../callers/api/history-routes.ts'
import { judgeRoutes } from '../callers/api/judge-route.ts'
import { planRoutes } from '../callers/api/plan-route.ts'
import { policyRoutes } from '../callers/api/policy-routes.ts'
import { argoRoutes } from '../callers/argo/route.ts'
import { gateRoutes } from '../callers/flagger/gates/route.ts'
import { flaggerRoutes } from '../callers/flagger/route.ts'
import type { HttpSettings } from '../http/http-settings.ts'
import { documentRoutes } from '../web/routes/document-routes.ts'
import type { ForecastPlan } from '../web/reading/read-plan.ts'
import { pageRoutes } from '../web/routes/page-routes.ts'
import { linkRoutes } from '../callers/links/route.ts'
import { healthRoutes } from '../callers/operation/health-routes.ts'
import type { RouteGroup } from '../http/route.ts'
import type { Judge, RecordingLook } from '../judge/judge.ts'
import type { ReloadableLibrary } from '../judge/judge.ts'
import type { Clock, Log, MetricSource } from '../judge/ports/ports.ts'
import type { NotifySettings } from '../notify/settings.ts'
import type { Health } from '../telemetry/health.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { LateStore } from './late-store.ts'
import type { BodyWorker } from './body-worker/body-worker.ts'
import { version } from './version.ts'

export interface RouteGroupDeps {
  readonly settings: () => HttpSettings
  readonly stores: LateStore
  readonly judge: Judge
  readonly policies: ReloadableLibrary
  readonly source: () => MetricSource | undefined
  /** The names in the configuration in force. */
  readonly sourceNames: () => readonly string[]
  readonly clock: Clock
  readonly log: Log
  readonly health: Health
  readonly metrics: Metrics
  readonly bodies: BodyWorker
  /** A second one for what is read, so that no verdict waits for a reader. */
  readonly reads: BodyWorker
  /** Aborts when the service stops. */
  readonly stopping: AbortSignal
  readonly notify: () => NotifySettings
  readonly extra: readonly RouteGroup[]
}

/** Every route of the service. A new caller adds a line here. */
export function createRouteGroups(deps: RouteGroupDeps): readonly RouteGroup[] {
  const { settings, stores, judge, policies, source, sourceNames, clock } = deps
  const { log, health, metrics, bodies, reads, stopping, notify, extra } = deps
  const { store } = stores
  const judgeSent = (bytes: Uint8Array, withinMs: number): Promise<RecordingLook> => {
    const { maxBodyBytes, maxJsonDepth, publicUrl = '' } = settings()
    const now = { policies: policies.list(), defaultName: policies.defaultName }
    return bodies.judge(
      { bytes, maxBodyBytes, maxJsonDepth, policies: now, now: clock.now(), linkBase: publicUrl },
      withinMs,
    )
  }
  const forecast: ForecastPlan = (request) => reads.plan(request)
  const groups: readonly RouteGroup[] = [
    judgeRoutes({ judge, judgeSent, settings, metrics }),
    argoRoutes({ judge, metrics }),
    flaggerRoutes({ judge, clock, log, metrics }),
    historyRoutes({ store, recordingJson: (packed) => reads.readRecording(packed) }),
    exportRoutes({ store }),
    decisionRoutes({ store, clock, log }),
    gateRoutes({ store, clock, log }),
    linkRoutes({ store, clock, log, notify, settings }),
    policyRoutes({
      policies,
      parsePolicy: (text) => bodies.readPolicy(text, policies.bases()),
      sourceNames,
      source,
      clock,
    }),
    healthRoutes({ health, metrics, checkParts: () => stores.check() }),
    planRoutes({ policies, forecast }),
    pageRoutes({ store, clock, log, policies, settings, stopping, forecast }),
    documentRoutes({ groups: () => groups, settings, version }),
    ...extra,
  ]
  return groups
}
