import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { NewMessage, Page, Run, RunFilter, RunKey, VerdictStore } from '../../judge/ports/ports.ts'
import { checkId } from '../check-id.ts'
import type { Connection } from '../connection.ts'
import { checkLimit, fromCursor, toPage } from '../page-cursor.ts'
import { announce } from './messages.ts'
import { toRun, toRunChange, toRunRow } from './run-row.ts'
import { textKey } from '../text-key.ts'

type Runs = Pick<VerdictStore, 'openRun' | 'findOpenRun' | 'getRun' | 'updateRun' | 'listRuns'>

export const createRuns = (connection: Connection): Runs => ({
  openRun: (run, messages) => openRun(connection, run, messages),
  findOpenRun: (key) => findOpenRun(connection, key),
  getRun: (id) => getRun(connection, id),
  updateRun: (id, change, messages) => updateRun(connection, id, change, messages),
  listRuns: (filter) => listRuns(connection, filter),
})

/** After another process inserts first, its run may be closed before this process reads it. */
const maxRaces = 10

const openRun = async (
  connection: Connection,
  run: Run,
  messages?: readonly NewMessage[],
): ReturnType<Runs['openRun']> => {
  checkId(run.id, 'run.id')
  for (let race = 0; race < maxRaces; race += 1) {
    const open = run.closedAt === undefined ? await findOpenRun(connection, run) : undefined
    if (open !== undefined) return { run: open, opened: false }
    const inserted = await announce(connection, {
      messages,
      change: (db) =>
        db
          .insertInto('runs')
          .values(toRunRow(run))
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .executeTakeFirst(),
      isNew: (row) => row !== undefined,
    })
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
  connection: Connection,
  id: string,
  change: Parameters<Runs['updateRun']>[1],
  messages?: readonly NewMessage[],
): Promise<Run> => {
  const row = await announce(connection, {
    messages,
    change: (db) =>
      db
        .updateTable('runs')
        .set((eb) => toRunChange(eb, change))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst(),
    isNew: (updated) => updated !== undefined,
  })
  if (row === undefined) throw new AppError('not-found', `expected a known run, got "${id}"`)
  return toRun(row)
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
