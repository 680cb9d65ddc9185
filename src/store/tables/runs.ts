import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Page, Run, RunFilter, RunKey, VerdictStore } from '../../judge/ports/ports.ts'
import { checkId } from '../check-id.ts'
import type { Outcome } from '../../engine/model/verdict.ts'
import type { Connection } from '../connection.ts'
import { checkLimit, fromCursor, toPage } from '../page-cursor.ts'
import { toRun, toRunChange, toRunRow } from './run-row.ts'
import { textKey } from '../text-key.ts'

type Runs = Pick<
  VerdictStore,
  'openRun' | 'findOpenRun' | 'getRun' | 'updateRun' | 'reportVerdict' | 'listRuns'
>

export const createRuns = (connection: Connection): Runs => ({
  openRun: (run) => openRun(connection, run),
  findOpenRun: (key) => findOpenRun(connection, key),
  getRun: (id) => getRun(connection, id),
  updateRun: (id, change) => updateRun(connection, id, change),
  reportVerdict: (runId, verdict) => reportVerdict(connection, runId, verdict),
  listRuns: (filter) => listRuns(connection, filter),
})

/** After another process inserts first, its run may be closed before this process reads it. */
const maxRaces = 10

const openRun: (connection: Connection, run: Run) => ReturnType<Runs['openRun']> = async (
  connection,
  run,
) => {
  checkId(run.id, 'run.id')
  for (let race = 0; race < maxRaces; race += 1) {
    const open = run.closedAt === undefined ? await findOpenRun(connection, run) : undefined
    if (open !== undefined) return { run: open, opened: false }
    const inserted = await connection.db
      .insertInto('runs')
      .values(toRunRow(run))
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()
    if (inserted !== undefined) return { run: toRun(inserted), opened: true }
    const same = await getRun(connection, run.id)
    if (same !== undefined && !isOpenAs(same, run)) {
      throw new AppError(
        'conflict',
        `expected a new run id, got "${run.id}", which belongs to an earlier run`,
      )
    }
  }
  throw new AppError('store-unavailable', 'the run was opened and closed by others too often to open it')
}

const isOpenAs = (stored: Run, run: Run): boolean =>
  stored.closedAt === undefined &&
  run.closedAt === undefined &&
  stored.source === run.source &&
  stored.namespace === run.namespace &&
  stored.name === run.name

const findOpenRun = async ({ db }: Connection, key: RunKey): Promise<Run | undefined> => {
  const row = await db
    .selectFrom('runs')
    .selectAll()
    .where('open_key', '=', textKey(key.source, key.namespace, key.name))
    .where('closed_at', 'is', null)
    .executeTakeFirst()
  return row && toRun(row)
}

const getRun = async ({ db }: Connection, id: string): Promise<Run | undefined> => {
  const row = await db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toRun(row)
}

const updateRun = async (
  { db }: Connection,
  id: string,
  change: Parameters<Runs['updateRun']>[1],
): Promise<Run> => {
  const row = await db
    .updateTable('runs')
    .set((eb) => toRunChange(eb, change))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) throw new AppError('not-found', `expected a known run, got "${id}"`)
  return toRun(row)
}

/** One statement, so that of two replicas with the same verdict only one changes the row. */
const reportVerdict = async ({ db }: Connection, runId: string, verdict: Outcome): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('runs')
    .set({ reported: verdict })
    .where('id', '=', runId)
    .where((eb) => eb.or([eb('reported', 'is', null), eb('reported', '!=', verdict)]))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

const runCursor = z.tuple([z.number(), z.string().max(600)])

const listRuns = async ({ db }: Connection, filter: RunFilter): Promise<Page<Run>> => {
  const limit = checkLimit(filter.limit)
  let query = db.selectFrom('runs').selectAll()
  if (filter.namespace !== undefined) query = query.where('namespace_key', '=', textKey(filter.namespace))
  if (filter.name !== undefined) query = query.where('name_key', '=', textKey(filter.name))
  if (filter.open !== undefined) query = query.where('closed_at', filter.open ? 'is' : 'is not', null)
  if (filter.after !== undefined) {
    const [start, id] = fromCursor(filter.after, runCursor)
    query = query.where((eb) => eb(eb.refTuple('start', 'id'), '<', eb.tuple(start, id)))
  }
  const rows = await query
    .orderBy('start', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return toPage(rows, limit, { item: toRun, key: (row) => [row.start, row.id] })
}
