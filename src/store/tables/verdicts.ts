import { z } from 'zod'
import type { NewMessage, OpenRun, Page, StoredVerdict, VerdictStore } from '../../judge/ports/ports.ts'
import { checkId } from '../check-id.ts'
import type { Connection } from '../connection.ts'
import { checkLimit, fromCursor, toPage } from '../page-cursor.ts'
import { present } from '../present.ts'
import type { VerdictRow } from '../schema/schema.ts'
import { announce } from './messages.ts'
import { toRun } from './run-row.ts'

type Verdicts = Pick<
  VerdictStore,
  'saveVerdict' | 'getVerdict' | 'listVerdicts' | 'listOpenRuns' | 'listEvidence'
>

export const createVerdicts = (connection: Connection): Verdicts => ({
  saveVerdict: (verdict, messages) => saveVerdict(connection, verdict, messages),
  getVerdict: (id) => getVerdict(connection, id),
  listVerdicts: (runId, page) => listVerdicts(connection, runId, page),
  listOpenRuns: (limit) => listOpenRuns(connection, limit),
  listEvidence: (runId, from) => listEvidence(connection, runId, from),
})

const saveVerdict = async (
  connection: Connection,
  verdict: StoredVerdict,
  messages?: readonly NewMessage[],
): Promise<void> => {
  checkId(verdict.id, 'verdict.id')
  checkId(verdict.runId, 'verdict.runId')
  if (verdict.recordingDigest !== undefined) checkId(verdict.recordingDigest, 'verdict.recordingDigest')
  await announce(connection, {
    messages,
    change: (db) =>
      db
        .insertInto('verdicts')
        .values(toVerdictRow(verdict))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute(),
  })
}

const getVerdict = async ({ db }: Connection, id: string): Promise<StoredVerdict | undefined> => {
  const row = await db.selectFrom('verdicts').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toVerdict(row)
}

const verdictCursor = z.tuple([z.number(), z.number(), z.string().max(600)])

const listVerdicts = async (
  { db }: Connection,
  runId: string,
  page: { readonly limit: number; readonly after?: string },
): Promise<Page<StoredVerdict>> => {
  const limit = checkLimit(page.limit)
  let query = db.selectFrom('verdicts').selectAll().where('run_id', '=', runId)
  if (page.after !== undefined) {
    const [at, createdAt, id] = fromCursor(page.after, verdictCursor)
    query = query.where((eb) => eb(eb.refTuple('at', 'created_at', 'id'), '<', eb.tuple(at, createdAt, id)))
  }
  const rows = await query
    .orderBy('at', 'desc')
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return toPage(rows, limit, { item: toVerdict, key: (row) => [row.at, row.created_at, row.id] })
}

const listOpenRuns = async ({ db }: Connection, limit: number): Promise<readonly OpenRun[]> => {
  const runs = await db
    .selectFrom('runs')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('verdicts')
        .select('verdicts.id')
        .whereRef('verdicts.run_id', '=', 'runs.id')
        .orderBy('at', 'desc')
        .orderBy('created_at', 'desc')
        .orderBy('verdicts.id', 'desc')
        .limit(1)
        .as('latest'),
    )
    .where('closed_at', 'is', null)
    .orderBy('start', 'desc')
    .orderBy('runs.id', 'desc')
    .limit(checkLimit(limit))
    .execute()
  const ids = runs.flatMap(({ latest }) => latest ?? [])
  if (ids.length === 0) return runs.map((run) => ({ run: toRun(run) }))
  const rows = await db.selectFrom('verdicts').selectAll().where('id', 'in', ids).execute()
  const verdicts = new Map(rows.map((row) => [row.run_id, toVerdict(row)]))
  return runs.map((row) => {
    const latest = verdicts.get(row.id)
    return { run: toRun(row), ...(latest !== undefined && { latest }) }
  })
}

const listEvidence = async (
  { db }: Connection,
  runId: string,
  { at, limit }: { readonly at: number; readonly limit: number },
): Promise<readonly StoredVerdict[]> => {
  const rows = await db
    .selectFrom('verdicts')
    .selectAll()
    .where('run_id', '=', runId)
    .where('at', '>=', at)
    .where('recording_digest', 'in', db.selectFrom('recordings').select('digest'))
    .orderBy('at')
    .orderBy('created_at')
    .orderBy('id')
    .limit(checkLimit(limit))
    .execute()
  return rows.map(toVerdict)
}

const outcome = z.enum(['pass', 'fail', 'inconclusive'])
const body = z.custom<object>((value) => typeof value === 'object' && value !== null)

const toVerdict = (row: VerdictRow): StoredVerdict => ({
  id: row.id,
  runId: row.run_id,
  at: row.at,
  createdAt: row.created_at,
  judged: outcome.parse(row.judged),
  verdict: outcome.parse(row.verdict),
  score: row.score,
  summary: row.summary,
  ...present({ recordingDigest: row.recording_digest }),
  body: body.parse(JSON.parse(row.body)),
})

const toVerdictRow = (verdict: StoredVerdict): VerdictRow => ({
  id: verdict.id,
  run_id: verdict.runId,
  at: verdict.at,
  created_at: verdict.createdAt,
  judged: verdict.judged,
  verdict: verdict.verdict,
  score: verdict.score,
  summary: verdict.summary,
  recording_digest: verdict.recordingDigest ?? null,
  body: JSON.stringify(verdict.body),
})
