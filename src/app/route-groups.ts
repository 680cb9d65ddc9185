import { decisionRoutes } from '../http/api/decision-routes.ts'
import { historyRoutes } from '../http/api/history-routes.ts'
import { judgeRoutes } from '../http/api/judge-route.ts'
import { policyRoutes } from '../http/api/policy-routes.ts'
import { argoRoutes } from '../http/argo/route.ts'
import { gateRoutes } from '../http/gates/route.ts'
import { flaggerRoutes } from '../http/flagger/route.ts'
import type { HttpSettings } from '../http/http-settings.ts'
import { documentRoutes } from '../http/operation/document-routes.ts'
import { healthRoutes } from '../http/operation/health-routes.ts'
import type { RouteGroup } from '../http/route.ts'
import type { Judge } from '../judge.ts'
import type { Clock, Log, MetricSource, PolicyLibrary, WriteQueue } from '../ports.ts'
import type { Health } from '../telemetry/health.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { StoreHolder } from './store-holder.ts'
import { readPolicy } from './read-policy.ts'
import { version } from './version.ts'

export interface RouteGroupDeps {
  readonly settings: () => HttpSettings
  readonly stores: StoreHolder
  readonly judge: Judge
  readonly writes: WriteQueue
  readonly policies: PolicyLibrary
  readonly source: () => MetricSource | undefined
  /** Of the configuration in force. */
  readonly sourceNames: () => readonly string[]
  readonly clock: Clock
  readonly log: Log
  readonly health: Health
  readonly metrics: Metrics
  readonly extra: readonly RouteGroup[]
}

/** Every route of the service; a new caller is one more line here. */
export function createRouteGroups(deps: RouteGroupDeps): readonly RouteGroup[] {
  const { settings, stores, judge, writes, policies, source, sourceNames, clock } = deps
  const { log, health, metrics, extra } = deps
  const { store } = stores
  const groups: readonly RouteGroup[] = [
    judgeRoutes({ judge, metrics }),
    argoRoutes({ judge, metrics }),
    flaggerRoutes({ judge, store, writes, policies, source, clock, log, metrics }),
    historyRoutes({ store }),
    decisionRoutes({ store, clock, log }),
    gateRoutes({ store, clock, log }),
    policyRoutes({ policies, parsePolicy: readPolicy, sourceNames, source, clock }),
    healthRoutes({ health, metrics, checkParts: () => stores.check() }),
    documentRoutes({ groups: () => groups, settings, version }),
    ...extra,
  ]
  return groups
}
