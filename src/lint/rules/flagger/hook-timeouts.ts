import { secondsOf, inWords } from '../../facts/durations.ts'
import { analysisOf, type Hook, hooksOf, intervalOf } from '../../facts/flagger.ts'
import type { Rule } from '../../model/rule.ts'

export const hookTimeouts: Rule = {
  name: 'hook-timeouts',
  severity: 'warning',
  kinds: ['Canary'],
  finds: 'hooks whose timeouts, with their retries, add up to more than the interval',
  why: 'Flagger calls the hooks of one tick one after the other. Slow ones make the tick longer than the interval, and hold up the rollback.',
  mend: 'Lower timeout (10s where it is not set) and retries of the hooks, or make the interval longer.',
  check: (canary) => {
    const hooks = hooksOf(canary)
    const seconds = Math.max(...ticks.map((types) => sum(hooks.filter(({ type }) => types.includes(type)))))
    const interval = intervalOf(canary)
    if (seconds <= interval) return []
    const message = `one tick may wait ${inWords(seconds)} for its hooks, the interval is ${inWords(interval)}`
    return [{ at: analysisOf(canary).at('webhooks'), message }]
  },
}

/** The types that Flagger calls in one tick: it begins with confirm-rollout, which ends the tick. */
const ticks: readonly (readonly string[])[] = [
  ['confirm-rollout'],
  ['rollback', 'pre-rollout', 'confirm-traffic-increase'],
  ['rollback', 'rollout', 'confirm-traffic-increase', 'confirm-promotion'],
  ['rollback', 'post-rollout'],
]

const defaultSeconds = 10

const sum = (hooks: readonly Hook[]): number =>
  hooks.reduce((total, { node }) => {
    const timeout = secondsOf(node.at('timeout')) ?? defaultSeconds
    return total + timeout * (1 + Math.max(0, node.at('retries').number ?? 0))
  }, 0)
