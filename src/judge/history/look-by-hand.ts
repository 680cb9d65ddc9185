import type { Run } from '../ports/ports.ts'
import type { RunHistory } from './run-history.ts'

/** The history for a look by hand: it has the runs of every caller, and it writes nothing. */
export function historyByHand(history: RunHistory, revision: string): RunHistory {
  return {
    ...history,
    async findOpen(name) {
      const runs = await history.listByName(name)
      const open = byControllersFirst(runs.filter(({ closedAt }) => closedAt === undefined))
      return open.find((run) => run.revision === revision) ?? open[0]
    },
    async listRuns(name) {
      return byControllersFirst(await history.listByName(name))
    },
    async open(run) {
      return (await history.listByName(run)).find(({ id }) => id === run.id) ?? run
    },
    change: async (run, change) => ({ ...run, ...change }),
    openStep: async (step) => step,
  }
}

/** Whether a controller opened the run, not a pipeline or a person. */
export const isControllers = ({ source }: Run): boolean => !/^judge(@|$)/.test(source)

const byControllersFirst = (runs: readonly Run[]): readonly Run[] => [
  ...runs.filter(isControllers),
  ...runs.filter((run) => !isControllers(run)),
]
