import { z } from 'zod'
import { cells, isHealthy, type RolloutCell } from './cells.ts'
import type { Result } from './report.ts'
import { rolloutRules } from './rollout-rules.ts'

const count = z.number().nonnegative()
const schema = z.object({
  seed: z.string(),
  command: z.string(),
  results: z.array(
    z.object({
      cell: z.string(),
      rule: z.string(),
      rollouts: count,
      promoted: count,
      onTime: count,
      aborted: count,
      asked: count,
      minutes: count,
      minutesToAbort: count,
      excess: count,
      excessSquares: count,
    }),
  ),
})

export interface RolloutResults {
  readonly command: string
  readonly results: readonly Result[]
  readonly healthy: readonly Result[]
  readonly harmful: readonly Result[]
  /** How many rollouts a cell has under the judge's own rule. */
  readonly sizes: { readonly healthy: number; readonly harmful: number }
  readonly of: (rule: string, cell: RolloutCell) => Result | undefined
}

/** The file that `npm run bench:rollouts` writes. */
export function readRolloutResults(json: string): RolloutResults {
  const { command, results } = schema.parse(JSON.parse(json))
  const known = new Map(cells.map((cell) => [cell.name, cell]))
  const all = results.map(({ cell: name, ...tally }): Result => {
    const cell = known.get(name)
    if (cell === undefined) throw new Error(`expected a cell of the benchmark, got ${name}`)
    return { cell, ...tally }
  })
  const byKey = new Map(all.map((one) => [`${one.rule} ${one.cell.name}`, one]))
  const healthy = all.filter(({ cell }) => isHealthy(cell))
  const harmful = all.filter(({ cell }) => !isHealthy(cell))
  const own = rolloutRules[0]?.name ?? ''
  const least = (some: readonly Result[]): number =>
    Math.min(...some.filter(({ rule }) => rule === own).map(({ rollouts }) => rollouts))
  return {
    command,
    results: all,
    healthy,
    harmful,
    sizes: { healthy: least(healthy), harmful: least(harmful) },
    of: (rule, cell) => byKey.get(`${rule} ${cell.name}`),
  }
}
