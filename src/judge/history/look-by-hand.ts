import type { Run } from '../ports/ports.ts'
import type { RunHistory } from './run-history.ts'

/** The history as a look by hand sees it: the runs of every caller, and nothing that it does is written. */
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

/** Whether a controller opened it, and neither a pipeline nor a person. */
export const isControllers = ({ source }: Run): boolean => !/^judge(@|$)/.test(source)

const byControllersFirst = (runs: readonly Run[]): readonly Run[] => [
  ...runs.filter(isControllers),
  ...runs.filter((run) => !isControllers(run)),
]
