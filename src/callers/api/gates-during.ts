import type { GateChange, Run } from '../../judge/ports/ports.ts'

/** The state of the gates when a run was opened, and their changes until it was closed; oldest first. */
export function gatesDuring(run: Run, newestFirst: readonly GateChange[]): readonly GateChange[] {
  const { openedAt, closedAt = Infinity } = run
  const until = newestFirst.filter(({ at }) => at <= closedAt)
  const since = until.filter(({ at }) => at >= openedAt)
  const standing = (['gate', 'rollback'] as const).flatMap(
    (gate) => until.find((change) => change.gate === gate && change.at < openedAt) ?? [],
  )
  return [...standing.toSorted((a, b) => a.at - b.at), ...since.toReversed()]
}
