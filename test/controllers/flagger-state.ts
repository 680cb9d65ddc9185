import type { ControllerLog } from './controller-log.ts'

export type Phase =
  | 'Initialized'
  | 'Waiting'
  | 'Progressing'
  | 'WaitingPromotion'
  | 'Promoting'
  | 'Finalising'
  | 'Succeeded'
  | 'Failed'

/** The status of the Canary. A tick goes by what it read at its start. */
export interface Status {
  readonly phase: Phase
  readonly failedChecks: number
  /** Ticks that a blue/green or A/B canary has been checked for. */
  readonly iterations: number
  /** The revision that the checksum stands for. */
  readonly lastApplied: string
  readonly lastPromoted: string
}

/** The status, the router's weight and the target's spec: all that outlives a tick. */
export interface FlaggerState {
  status(): Status
  weight(): number
  spec(): string
  deploy(revision: string): void
  change(change: Partial<Status>): void
  setWeight(weight: number): Promise<void>
  /** Whether the spec is neither the one last taken up nor the one last promoted. */
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
    // Going back to what was promoted last is a rollback by hand, which Flagger does not analyse.
    isNew: ({ lastApplied, lastPromoted }) => spec !== lastApplied && spec !== lastPromoted,
  }
}
