/** The hooks whose order shows the place of a rollout in its plan. */
export type OrderedHook = 'pre-rollout' | 'rollout' | 'confirm-traffic-increase' | 'confirm-promotion'

/** What a run keeps about the calls so far, as text in its `callerState`. */
export interface HookMark {
  /** The latest hook; confirm hooks count only if they were answered 200. */
  readonly hook: OrderedHook | undefined
  /** Whether Flagger sends events with its weights. */
  readonly events: boolean
  /** Whether a confirm-promotion was answered 200. */
  readonly promotion: boolean
  /** Id of the reject whose reason a hook has answered, so that Flagger shows it in an Event. */
  readonly reject?: string
}

export function readMark(callerState: string | undefined): HookMark {
  const [first = '', ...facts] = (callerState ?? '').split(', ')
  const reject = facts.find((fact) => fact.startsWith(gaveReason))?.slice(gaveReason.length)
  return {
    hook: hooks.find((hook) => hook === first),
    events: facts.includes(knowsWeights),
    promotion: facts.includes(mayPromote),
    ...(reject !== undefined && { reject }),
  }
}

export function writeMark({ hook, events, promotion, reject }: HookMark): string {
  return [
    hook ?? 'none',
    ...(events ? [knowsWeights] : []),
    ...(promotion ? [mayPromote] : []),
    ...(reject === undefined ? [] : [`${gaveReason}${reject}`]),
  ].join(', ')
}

const hooks = ['pre-rollout', 'rollout', 'confirm-traffic-increase', 'confirm-promotion'] as const
const knowsWeights = 'told weights' // the word is stored: replicas of an older version read it
const mayPromote = 'may promote'
const gaveReason = 'gave the reason of '
