import type { ControllerLog } from '../controller-log.ts'

/** What a person does with a paused Rollout. `resume` ends the pause, and an inconclusive step is analysed again. */
export type Person = 'promote' | 'resume' | 'abort' | 'leave'

export interface Pause {
  readonly reason: 'step' | 'inconclusive'
  /** Zero-based index of the step; for a blue-green Rollout 0 before and 1 after the promotion. */
  readonly step: number
}

export interface PersonContext {
  readonly log: ControllerLog
  /** Called at each pause that only a person ends; may wait on the clock. Absent: `leave`. */
  readonly onPause?: (pause: Pause) => Person | Promise<Person>
}

/** How a step ends. */
export type StepEnd = 'done' | { readonly leftAt: number } | { readonly aborted: string }

export async function askPerson(
  pause: Pause,
  { log, onPause }: PersonContext,
): Promise<StepEnd | 'analyse-again'> {
  log.deed(`paused: ${pause.reason}`)
  const person = (await onPause?.(pause)) ?? 'leave'
  if (person === 'leave') return { leftAt: pause.step }
  log.deed(person)
  return ends[person]
}

const ends: Readonly<Record<Exclude<Person, 'leave'>, StepEnd | 'analyse-again'>> = {
  promote: 'done',
  resume: 'analyse-again',
  abort: { aborted: 'aborted by a person' },
}
