import type { Arm } from '../../../src/engine/model/recording.ts'
import { addressOf, createTarget } from './create-target.ts'
import type { Setting } from './setting.ts'
import type { ExportedPod } from './export-pod.ts'
import { exportRequests, type Exported, type Target } from './export-requests.ts'
import type { Identity } from './identity.ts'
import { throughGateway, type Deeds, type Tally } from './tally.ts'

export interface ExportedGateway {
  readonly arm: Arm
  readonly target: Target
  readonly exported: Exported
}

const gateways = 2

/** The series of the two gateways in front of the pods. Each counts a half of the requests of each arm. */
export function exportGateways(
  setting: Setting,
  identity: Identity,
  pods: readonly Pick<ExportedPod, 'arm' | 'deeds'>[],
): readonly ExportedGateway[] {
  const { convention, bounds } = setting
  return Array.from({ length: gateways }, (_, index) => index).flatMap((index) => {
    const name = `gateway-${index}`
    const labels = {
      job: 'gateway',
      instance: `${addressOf(name)}:${convention.port}`,
      namespace: 'ingress',
      pod: name,
      container: convention.container,
    }
    const target = createTarget(setting, name, { labels, process: { of: 'gateway', index } })
    return (['stable', 'canary'] as const).flatMap((arm) => {
      const own = pods.filter((pod) => pod.arm === arm).map(({ deeds }) => deeds)
      if (own.length === 0) return []
      const through = throughGateway(own, index, gateways)
      const deeds = convention.remembers === true ? lasting(through) : through
      const exported = exportRequests(target, convention, {
        deeds,
        labels: convention.labels(identity, arm),
        bounds,
      })
      return [{ arm, target, exported }]
    })
  })
}

/** A missing value counts as 0, because there was no pod. */
function lasting({ ok, bad }: Pick<Deeds, 'ok' | 'bad'>): Pick<Deeds, 'ok' | 'bad'> {
  const filled = ({ requests, slower }: Tally): Tally => ({
    requests: requests.map((count) => count ?? 0),
    slower: slower.map((row) => row.map((count) => count ?? 0)),
  })
  return { ok: filled(ok), bad: filled(bad) }
}
