import type { ExpressionBuilder, UpdateObject } from 'kysely'
import { z } from 'zod'
import type { Run, RunKey } from '../../judge/ports/ports.ts'
import { present } from '../present.ts'
import type { Database, RunRow } from '../schema/schema.ts'
import { textKey } from '../text-key.ts'

export const toRun = (row: RunRow): Run => ({
  id: row.id,
  source: row.source,
  namespace: row.namespace,
  name: row.name,
  revision: row.revision,
  policy: row.policy,
  policyDigest: row.policy_digest,
  start: row.start,
  openedAt: row.opened_at,
  lastLookAt: row.last_look_at,
  ...present({
    stableRevision: row.stable_revision,
    closedAt: row.closed_at,
    gates: row.gates,
    firstFailAt: row.first_fail_at,
    ending: row.ending,
    // the columns keep the names that replicas of an older version use
    callerState: row.last_hook,
    calledAt: row.last_hook_at,
    params: row.params === null ? null : textsSchema.parse(JSON.parse(row.params)),
    labels: row.labels === null ? null : textsSchema.parse(JSON.parse(row.labels)),
  }),
})

const textsSchema = z.record(z.string(), z.string())

export const toRunRow = (run: Run): RunRow => ({
  id: run.id,
  open_key: textKey(run.source, run.namespace, run.name),
  namespace_key: textKey(run.namespace),
  name_key: textKey(run.name),
  source: run.source,
  namespace: run.namespace,
  name: run.name,
  revision: run.revision,
  stable_revision: run.stableRevision ?? null,
  policy: run.policy,
  policy_digest: run.policyDigest,
  start: run.start,
  opened_at: run.openedAt,
  last_look_at: run.lastLookAt,
  closed_at: run.closedAt ?? null,
  gates: run.gates ?? null,
  first_fail_at: run.firstFailAt ?? null,
  ending: run.ending ?? null,
  last_hook: run.callerState ?? null,
  last_hook_at: run.calledAt ?? null,
  params: run.params === undefined ? null : JSON.stringify(run.params),
  labels: run.labels === undefined ? null : JSON.stringify(run.labels),
})

type Change = Partial<Omit<Run, 'id' | keyof RunKey>>

export const toRunChange = (
  eb: ExpressionBuilder<Database, 'runs'>,
  change: Change,
): UpdateObject<Database, 'runs'> => ({
  // a statement that changes nothing still shows whether the run exists
  id: eb.ref('id'),
  ...plainChange(change),
  ...(change.gates !== undefined && { gates: eb.fn.coalesce('gates', eb.val(change.gates)) }),
  ...(change.firstFailAt !== undefined && {
    first_fail_at: eb.fn.coalesce('first_fail_at', eb.val(change.firstFailAt)),
  }),
  ...(change.params !== undefined && {
    params: eb.fn.coalesce('params', eb.val(JSON.stringify(change.params))),
  }),
  ...(change.labels !== undefined && {
    labels: eb.fn.coalesce('labels', eb.val(JSON.stringify(change.labels))),
  }),
})

const plainChange = (change: Change): Partial<RunRow> => ({
  ...(change.revision !== undefined && { revision: change.revision }),
  ...(change.stableRevision !== undefined && { stable_revision: change.stableRevision }),
  ...(change.policy !== undefined && { policy: change.policy }),
  ...(change.policyDigest !== undefined && { policy_digest: change.policyDigest }),
  ...(change.start !== undefined && { start: change.start }),
  ...(change.openedAt !== undefined && { opened_at: change.openedAt }),
  ...(change.lastLookAt !== undefined && { last_look_at: change.lastLookAt }),
  ...(change.closedAt !== undefined && { closed_at: change.closedAt }),
  ...(change.ending !== undefined && { ending: change.ending }),
  ...(change.callerState !== undefined && { last_hook: change.callerState }),
  ...(change.calledAt !== undefined && { last_hook_at: change.calledAt }),
})
