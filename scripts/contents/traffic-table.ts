import { expectedExcess } from '../../bench/rollouts/excess.ts'
import { plans } from '../../bench/rollouts/plans.ts'
import { type RolloutCell, type EffectName } from '../../bench/rollouts/cells.ts'
import { readRolloutResults } from '../../bench/rollouts/read-results.ts'
import { between, effectWords } from './rollouts-tables.ts'

const shown: readonly EffectName[] = [
  'errors-x2',
  'errors-x3',
  'errors-x10',
  'latency-25',
  'conversion-20',
  'crash',
]
const parts: ReadonlySet<string> = new Set(['harm by traffic', 'harm at other error rates'])

/**
 * The page with its table written anew: how often `balanced` finds each harm at each traffic, in how many minutes, and
 * what a canary costs that gets through.
 */
export function trafficTable(page: string, json: string): string {
  const { harmful, sizes } = readRolloutResults(json)
  const own = harmful.filter(({ rule, cell }) => rule === 'balanced' && parts.has(cell.part))
  const traffic = [...new Set(own.map(({ cell }) => cell.rps))].toSorted((a, b) => a - b)
  const bases = [...new Set(own.map(({ cell }) => cell.base))].toSorted((a, b) => a - b)
  const rows = shown.flatMap((effect) =>
    bases.flatMap((base) => {
      const found = traffic.map((rps) =>
        own.find(({ cell }) => cell.effect === effect && cell.base === base && cell.rps === rps),
      )
      if (found.every((one) => one === undefined)) return []
      const texts = found.map((one) => {
        if (one === undefined) return '–'
        const { aborted, promoted, rollouts, minutesToAbort, cell } = one
        const stopped = (100 * (rollouts - promoted)) / rollouts
        const after = aborted === 0 ? '' : ` in ${(minutesToAbort / aborted).toFixed(0)}`
        return `${stopped.toFixed(0)} %${after}; ${costOf(cell)}`
      })
      return [`| ${effectWords[effect]} | ${base * 100} % | ${texts.join(' | ')} |`]
    }),
  )
  return between(page, 'traffic', [
    `| harm | usual errors | ${traffic.map((rps) => `${rps} rps`).join(' | ')} |`,
    `|---|--:|${traffic.map(() => '--:|').join('')}`,
    ...rows,
    '',
    `A cell says how many of the harmful canaries are stopped (aborted, or a person is asked) and after how many minutes they are aborted; then the bad outcomes of a canary that is not stopped, with the hour after its promotion. ${sizes.harmful} simulated rollouts each: 5, 25 and 50 % for ten minutes, quiet, ten pods, two hours of history.`,
  ])
}

/** The cost of a harmful rollout that goes as planned, with the hour after it. */
function costOf(cell: RolloutCell): string {
  const cost = expectedExcess(cell, { end: 'promoted', lengths: plans[cell.plan].minutes })
  return cost < 10 ? cost.toFixed(1) : Math.round(cost).toLocaleString('en')
}
