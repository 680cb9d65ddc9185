/** The hooks whose order tells where in its plan a rollout is. */
export type OrderedHook = 'pre-rollout' | 'rollout' | 'confirm-traffic-increase' | 'confirm-promotion'

/** What a run remembers of the calls so far; it is kept as text in its `callerState`. */
export interface HookMark {
  /** The latest: of the confirm hooks only those that were answered 200. */
  readonly hook: OrderedHook | undefined
  /** Flagger tells us its weights. */
  readonly events: boolean
  /** A confirm-promotion was answered 200. */
  readonly promotion: boolean
  /** Id of the reject that a hook answered with its reason, which Flagger puts into an Event. */
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
const knowsWeights = 'told weights'
const mayPromote = 'may promote'
const gaveReason = 'gave the reason of '
