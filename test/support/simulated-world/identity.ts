import { createRandom, split, uniform, type Random } from '../../../src/simulate/random.ts'
import type { Arm } from '../../../src/engine/model/recording.ts'

/** The names of a workload and its two arms in the cluster. */
export interface Identity {
  readonly namespace: string
  /** The Rollout, or the Deployment that a Canary targets. */
  readonly target: string
  readonly controller: 'argo' | 'flagger'
  /** The hashes of the pod templates. */
  readonly revisions: Readonly<Record<Arm, string>>
  readonly service: string
  readonly port: number
  readonly ingress: string
}

export type IdentityOptions = Partial<Omit<Identity, 'revisions'>>

/** The same seed gives the same names. */
export function createIdentity(seed: string, options: IdentityOptions = {}): Identity {
  const { namespace = 'shop', target = 'web', controller = 'argo', port = 80 } = options
  const { service = target, ingress = target } = options
  const random = split(createRandom(seed), 'revisions')
  const revisions = { stable: letters(random, 9), canary: letters(random, 10) }
  return { namespace, target, controller, revisions, service, port, ingress }
}

/** Argo uses one name for both arms; Flagger makes a copy of the target with a name of its own. */
export function workloadOf({ target, controller }: Identity, arm: Arm): string {
  return controller === 'flagger' && arm === 'stable' ? `${target}-primary` : target
}

export function serviceOf({ service, controller }: Identity, arm: Arm): string {
  if (arm === 'canary') return `${service}-canary`
  return controller === 'flagger' ? `${service}-primary` : `${service}-stable`
}

export function podName(identity: Identity, arm: Arm, index: number): string {
  const hash = identity.revisions[arm]
  const suffix = letters(createRandom(`${identity.namespace}/${hash}/${arm}/${index}`), 5)
  return `${workloadOf(identity, arm)}-${hash}-${suffix}`
}

/** The characters from which Kubernetes makes random names. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

function letters(random: Random, count: number): string {
  return Array.from({ length: count }, () =>
    alphabet.charAt(Math.floor(uniform(random) * alphabet.length)),
  ).join('')
}
