import type { Arm, Sample } from '../../../src/engine/model/recording.ts'
import { createIdentity, type Identity } from './identity.ts'
import type { Deeds } from './tally.ts'
import type { Timeline } from './timeline.ts'

/** A pod of another workload with labels as similar as possible. It fails very often, so that counting it is noticed. */
export interface Decoy {
  readonly identity: Identity
  readonly arm: Arm
  readonly deeds: Deeds
  /** Gateways cannot distinguish it from a pod of the workload. */
  readonly podsOnly: boolean
}

/** The same names in another namespace, a workload whose name begins with the same letters, and the previous revision. */
export function decoysOf(
  identity: Identity,
  { timeline, rolloutStart, bounds }: { timeline: Timeline; rolloutStart: number; bounds: number },
): readonly Decoy[] {
  const { namespace, target, service, ingress, revisions } = identity
  const always = illDeeds(timeline.slices, timeline.slices, bounds)
  const others = [
    { ...identity, namespace: `${namespace}-staging` },
    {
      ...identity,
      target: `${target}-api`,
      service: `${service}-api`,
      ingress: `${ingress}-api`,
      // another pod template has another hash
      revisions: createIdentity(revisions.canary).revisions,
    },
  ]
  const old = {
    ...identity,
    revisions: { ...revisions, canary: revisions.canary.split('').toReversed().join('') },
  }
  const ended = timeline.lead + Math.floor(rolloutStart / 4)
  return [
    ...others.flatMap((other) =>
      (['stable', 'canary'] as const).map((arm) => ({
        identity: other,
        arm,
        deeds: always,
        podsOnly: false,
      })),
    ),
    { identity: old, arm: 'canary', deeds: illDeeds(ended, timeline.slices, bounds), podsOnly: true },
  ]
}

function illDeeds(until: number, slices: number, bounds: number): Deeds {
  const row = (count: number): readonly Sample[] =>
    Array.from({ length: slices }, (_, slice) => (slice < until ? count : null))
  const tally = { requests: row(15), slower: Array.from({ length: bounds }, () => row(15)) }
  return { ok: tally, bad: tally, checkouts: row(12), orders: row(0), memory: row(2 ** 33) }
}
