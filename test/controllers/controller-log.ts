import type { ControllerClock } from './simulated-clock.ts'

/** A request of the controller, and how the controller read the answer. */
export interface CallEntry {
  readonly kind: 'call'
  readonly at: number
  /** The reason of the call: Argo's metric or Flagger's hook type. */
  readonly purpose: string
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The status, or why there was no answer. */
  readonly result: number | string
  /** The body of the answer; empty when there was no answer. */
  readonly answer: string
  /** One line, to compare with a log that is written by hand. */
  readonly line: string
}

/** What the controller did besides its requests: weights, phases, pauses. */
export interface DeedEntry {
  readonly kind: 'deed'
  readonly at: number
  readonly line: string
}

export type LogEntry = CallEntry | DeedEntry

export interface ControllerLog {
  readonly entries: readonly LogEntry[]
  call(entry: Omit<CallEntry, 'kind'>): void
  deed(line: string): void
}

export function createControllerLog(clock: ControllerClock): ControllerLog {
  const entries: LogEntry[] = []
  return {
    entries,
    call: (entry) => entries.push({ kind: 'call', ...entry }),
    deed: (line) => entries.push({ kind: 'deed', at: clock.now(), line }),
  }
}

/** The log as lines `minutes:seconds what`, counted from `start`. */
export function toLines(entries: readonly LogEntry[], start: number): readonly string[] {
  return entries.map(({ at, line }) => {
    const seconds = Math.floor((at - start) / 1000)
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} ${line}`
  })
}

export const callsOf = (entries: readonly LogEntry[]): readonly CallEntry[] =>
  entries.filter((entry) => entry.kind === 'call')
