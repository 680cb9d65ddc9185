/** How thresholds would have ended a rollout before its own end. */
export interface Ended {
  /** `paused`: the rollout waits for a person. */
  readonly outcome: 'aborted' | 'paused'
  /** Seconds from its start. */
  readonly at: number
  readonly why: string
}

/** The values that a query had so many seconds after the start; none where Prometheus had no data. */
export type Readings = (seconds: number) => readonly number[]

export const valueText = (value: number): string => String(Number(value.toPrecision(4)))
