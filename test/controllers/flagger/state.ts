import type { ControllerLog } from '../controller-log.ts'

export type Phase =
  | 'Initialized'
  | 'Waiting'
  | 'Progressing'
  | 'WaitingPromotion'
  | 'Promoting'
  | 'Finalising'
  | 'Succeeded'
  | 'Failed'

/** The status of the Canary. A tick uses the status that it read when it began. */
export interface Status {
  readonly phase: Phase
  readonly failedChecks: number
  /** How many ticks a blue/green or A/B canary has been checked. */
  readonly iterations: number
  /** The revision whose checksum Flagger keeps. */
  readonly lastApplied: string
  readonly lastPromoted: string
}

/** What is kept from tick to tick: the status, the weight of the router and the spec of the target. */
export interface FlaggerState {
  status(): Status
  weight(): number
  spec(): string
  deploy(revision: string): void
  change(change: Partial<Status>): void
  setWeight(weight: number): Promise<void>
  /** Whether the spec is neither the one that was applied last nor the one that was promoted last. */
  isNew(status: Status): boolean
}

export function createFlaggerState(initial: {
  readonly log: ControllerLog
  readonly stable: string
  readonly revision: string
  readonly onWeight: (weight: number) => void | Promise<void>
}): FlaggerState {
  const { log, stable, onWeight } = initial
  let spec = initial.revision
  let weight = 0
  let status: Status = {
    phase: 'Initialized',
    failedChecks: 0,
    iterations: 0,
    lastApplied: stable,
    lastPromoted: stable,
  }
  return {
    status: () => status,
    weight: () => weight,
    spec: () => spec,
    deploy: (revision) => {
      spec = revision
    },
    change: (change) => {
      if (change.phase !== undefined && change.phase !== status.phase) log.deed(`phase ${change.phase}`)
      status = { ...status, ...change }
    },
    setWeight: async (to) => {
      if (to === weight) return
      weight = to
      log.deed(`weight ${to}`)
      await onWeight(to)
    },
    // A return to the spec that was promoted last is a rollback by hand, which Flagger does not analyse.
    isNew: ({ lastApplied, lastPromoted }) => spec !== lastApplied && spec !== lastPromoted,
  }
}
