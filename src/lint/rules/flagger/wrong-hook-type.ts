import { hookTypes } from '../../../callers/flagger/request.ts'
import { nearestKey } from '../../../formats/mistakes/nearest-key.ts'
import { type Hook, hooksOf } from '../../facts/flagger.ts'
import type { Rule } from '../../model/rule.ts'

export const wrongHookType: Rule = {
  name: 'wrong-hook-type',
  severity: 'error',
  kinds: ['Canary'],
  finds: 'a hook whose type is not that of the path in its url',
  why: 'Each path answers for its own type. A rollback hook is inverted: 200 rolls back, so an answer of another path rolls back healthy canaries.',
  mend: 'Give the hook the type that its path ends in; gates belong to confirm hooks, /rollback/check to the type rollback.',
  check: (canary) =>
    hooksOf(canary).flatMap((hook) => {
      const message = mistakeIn(hook)
      return message === undefined ? [] : [{ at: typeOf(hook), message }]
    }),
}

const typeOf = ({ node }: Hook): Hook['node'] => (node.at('type').exists ? node.at('type') : node)

const confirms = ['confirm-rollout', 'confirm-traffic-increase', 'confirm-promotion']

function mistakeIn({ judge, type, url }: Hook): string | undefined {
  if (judge !== undefined && !hookTypes.some((each) => each === judge)) {
    const nearest = nearestKey(judge, hookTypes)
    return `the path ends in ${judge || 'nothing'}, which is no type${nearest === undefined ? '' : `; did you mean ${nearest}?`}`
  }
  if (judge !== undefined && judge !== type) return `the type is ${type}, the path ends in ${judge}`
  if (/\/rollback\/check\/?$/.test(url) && type !== 'rollback')
    return `the type is ${type}, and /rollback/check is for the type rollback`
  if (/\/gate\/(check|approve|halt)\/?$/.test(url) && !confirms.includes(type))
    return `the type is ${type}, and gates are for ${confirms.join(', ')}`
  return undefined
}
