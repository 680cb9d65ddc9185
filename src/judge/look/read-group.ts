import type { Group, GroupMember } from '../answer/apply-group.ts'
import type { ActivePolicy } from '../model/active-policy.ts'
import type { Deadline } from '../model/deadline.ts'
import {
  type KeptPolicies,
  keptPolicies,
  type KeptPoliciesDeps,
  type PolicyMemory,
} from '../policies/kept-policies.ts'
import type { Run, VerdictStore } from '../ports/ports.ts'
import type { Within } from '../history/run-history.ts'
import type { StoreAccess } from '../history/store-access.ts'

export interface GroupDeps extends Omit<KeptPoliciesDeps, 'within'> {
  readonly access: StoreAccess
  readonly policyMemory: PolicyMemory
}

/** The rollouts that go together with a run, where its policy names a group. */
export async function groupOf(
  { run, inForce }: { readonly run: Run; readonly inForce: ActivePolicy },
  deadline: Deadline,
  deps: GroupDeps,
): Promise<Group | undefined> {
  const { group } = inForce.policy
  if (group === undefined) return undefined
  const { value } = await deps.access.read(deadline, async (_history, within) => {
    if (within === undefined) return undefined
    const policies = keptPolicies(deps.policyMemory, { ...deps, within })
    return readOthers(group, run, { store: deps.store(), within, policies })
  })
  return { name: group, others: value }
}

interface Reading {
  readonly store: VerdictStore
  readonly within: Within
  readonly policies: KeptPolicies
}

const listed = 100

/** The newest run of each other rollout of the group in this namespace, unless it ended before this one began. */
async function readOthers(
  group: string,
  run: Run,
  { store, within, policies }: Reading,
): Promise<readonly GroupMember[]> {
  const { namespace } = run
  const [open, newest] = await Promise.all([
    within(() => store.listRuns({ namespace, open: true, limit: listed })),
    within(() => store.listRuns({ namespace, limit: listed })),
  ])
  const byName = new Map<string, Run>()
  for (const other of [...open.items, ...newest.items].toSorted((a, b) => a.start - b.start))
    byName.set(other.name, other)
  byName.delete(run.name)
  const during = [...byName.values()].filter(({ closedAt = Infinity }) => closedAt >= run.start)
  const members = await Promise.all(
    during.map(async (other) =>
      (await policies.byDigest(other.policyDigest))?.policy.group === group
        ? readMember(other, store, within)
        : undefined,
    ),
  )
  return members
    .filter((member) => member !== undefined)
    .toSorted((a, b) => (a.run.name < b.run.name ? -1 : 1))
}

async function readMember(run: Run, store: VerdictStore, within: Within): Promise<GroupMember> {
  const [steps, verdicts] = await Promise.all([
    within(() => store.listSteps(run.id)),
    within(() => store.listVerdicts(run.id, { limit: 1 })),
  ])
  return { run, steps, latest: verdicts.items[0] }
}
