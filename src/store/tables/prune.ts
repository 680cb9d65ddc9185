import type { Transaction } from 'kysely'
import type { Retention, VerdictStore } from '../../judge/ports/ports.ts'
import type { Connection } from '../connection.ts'
import { type Batch, inBatches } from '../in-batches.ts'
import type { Database } from '../schema/schema.ts'

/** Rows for each transaction: small numbers, so that other writers get their turn in between. */
const batch = { recordings: 100, runs: 20, decisions: 500 } as const

/** Deletes what is older than its retention, in batches, but nothing of an open run. */
export const prune = async (
  connection: Connection,
  now: number,
  retention: Retention,
  signal?: AbortSignal,
): ReturnType<VerdictStore['prune']> => {
  const of = (size: number) => ({ connection, size, signal })
  const first = await inBatches(of(batch.recordings), (trx) => pruneRecordings(trx, now, retention))
  const second = await inBatches(of(batch.runs), (trx) => pruneRuns(trx, now, retention))
  await inBatches(of(batch.decisions), (trx) => pruneDecisions(trx, now, retention))
  await inBatches(of(batch.decisions), (trx) => pruneGateChanges(trx, now, retention))
  await pruneMessages(connection, now, retention)
  await prunePolicies(connection, now)
  return { runs: first.runs + second.runs, recordings: first.recordings + second.recordings }
}

const pruneRecordings = async (
  transaction: Transaction<Database>,
  now: number,
  retention: Retention,
): Promise<Batch> => {
  const uses = await transaction
    .selectFrom('recording_uses as use')
    .innerJoin('runs', 'runs.id', 'use.run_id')
    .select(['use.run_id', 'use.digest'])
    .where('runs.closed_at', 'is not', null)
    .where('use.saved_at', '<', now - retention.recordingsOlderThanMs)
    .where((eb) =>
      eb.or([
        eb('use.saved_at', '<', now - retention.failedRecordingsOlderThanMs),
        eb.not(
          eb.exists(
            eb
              .selectFrom('verdicts')
              .select('verdicts.id')
              .whereRef('verdicts.recording_digest', '=', 'use.digest')
              .whereRef('verdicts.run_id', '=', 'use.run_id')
              .where((fail) => fail.or([fail('verdict', '=', 'fail'), fail('judged', '=', 'fail')])),
          ),
        ),
      ]),
    )
    .limit(batch.recordings)
    .execute()
  for (const { run_id, digest } of uses) {
    await transaction
      .deleteFrom('recording_uses')
      .where('run_id', '=', run_id)
      .where('digest', '=', digest)
      .execute()
  }
  const recordings = await dropUnused(
    transaction,
    uses.map((use) => use.digest),
  )
  return { seen: uses.length, runs: 0, recordings }
}

const pruneRuns = async (
  transaction: Transaction<Database>,
  now: number,
  retention: Retention,
): Promise<Batch> => {
  const newestTooMany = await transaction
    .selectFrom('runs')
    .select(['closed_at', 'id'])
    // the latest verdict stays, even if its recording is of an old rollout
    .where('closed_at', 'is not', null)
    .orderBy('closed_at', 'desc')
    .orderBy('id', 'desc')
    .offset(retention.maxRuns)
    .limit(1)
    .executeTakeFirst()
  const runs = await transaction
    .selectFrom('runs')
    .select('id')
    .where('closed_at', 'is not', null)
    .where((eb) =>
      eb.or([
        eb('closed_at', '<', now - retention.runsOlderThanMs),
        ...(newestTooMany === undefined
          ? []
          : [eb(eb.refTuple('closed_at', 'id'), '<=', eb.tuple(newestTooMany.closed_at, newestTooMany.id))]),
      ]),
    )
    .orderBy('closed_at')
    .orderBy('id')
    .limit(batch.runs)
    .execute()
  if (runs.length === 0) return { seen: 0, runs: 0, recordings: 0 }
  const ids = runs.map((run) => run.id)
  const uses = await transaction
    .deleteFrom('recording_uses')
    .where('run_id', 'in', ids)
    .returning('digest')
    .execute()
  const recordings = await dropUnused(
    transaction,
    uses.map((use) => use.digest),
  )
  await transaction.deleteFrom('runs').where('id', 'in', ids).execute()
  return { seen: runs.length, runs: runs.length, recordings }
}

/** Deletes those recordings that no run uses, and those of their chunks that no manifest needs. */
const dropUnused = async (
  transaction: Transaction<Database>,
  digests: readonly string[],
): Promise<number> => {
  if (digests.length === 0) return 0
  const unused = await transaction
    .selectFrom('recordings')
    .select('id')
    .where('digest', 'in', digests)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('recording_uses')
            .select('run_id')
            .whereRef('recording_uses.digest', '=', 'recordings.digest'),
        ),
      ),
    )
    .execute()
  for (const { id } of unused) await dropRecording(transaction, id)
  return unused.length
}

const dropRecording = async (transaction: Transaction<Database>, id: number): Promise<void> => {
  const chunks = await transaction
    .deleteFrom('recording_chunks')
    .where('recording_id', '=', id)
    .returning('chunk_id')
    .execute()
  await transaction.deleteFrom('recordings').where('id', '=', id).execute()
  await transaction
    .deleteFrom('chunks')
    .where(
      'id',
      'in',
      chunks.map((chunk) => chunk.chunk_id),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('recording_chunks')
            .select('chunk_id')
            .whereRef('recording_chunks.chunk_id', '=', 'chunks.id'),
        ),
      ),
    )
    .execute()
}

const pruneDecisions = async (
  transaction: Transaction<Database>,
  now: number,
  retention: Retention,
): Promise<Batch> => {
  const old = transaction
    .selectFrom('decisions')
    .leftJoin('runs', 'runs.id', 'decisions.run_id')
    .select('decisions.id')
    .where('decisions.at', '<', now - retention.decisionsOlderThanMs)
    .where((eb) => eb.or([eb('runs.id', 'is', null), eb('runs.closed_at', 'is not', null)]))
    .limit(batch.decisions)
  const { numDeletedRows } = await transaction
    .deleteFrom('decisions')
    .where('id', 'in', old)
    .executeTakeFirstOrThrow()
  return { seen: Number(numDeletedRows), runs: 0, recordings: 0 }
}

/** Keeps the last change of each gate, because it is the gate's current state. */
const pruneGateChanges = async (
  transaction: Transaction<Database>,
  now: number,
  retention: Retention,
): Promise<Batch> => {
  const old = transaction
    .selectFrom('gate_changes as change')
    .select('change.seq')
    .where('change.at', '<', now - retention.decisionsOlderThanMs)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('gate_changes as later')
          .select('later.seq')
          .whereRef('later.subject_key', '=', 'change.subject_key')
          .whereRef('later.gate', '=', 'change.gate')
          .whereRef('later.seq', '>', 'change.seq'),
      ),
    )
    .limit(batch.decisions)
  const { numDeletedRows } = await transaction
    .deleteFrom('gate_changes')
    .where('seq', 'in', old)
    .executeTakeFirstOrThrow()
  return { seen: Number(numDeletedRows), runs: 0, recordings: 0 }
}

/** A message that is as old as the runs that are deleted is of no use, delivered or not. */
const pruneMessages = async ({ db }: Connection, now: number, retention: Retention): Promise<void> => {
  await db
    .deleteFrom('messages')
    .where('created_at', '<', now - retention.runsOlderThanMs)
    .execute()
}

/** A policy is kept this long without a run, because its run may still wait in a queue. */
const policyUnusedForMs = 86_400_000

const prunePolicies = async ({ db }: Connection, now: number): Promise<void> => {
  await db
    .deleteFrom('policies')
    .where('saved_at', '<', now - policyUnusedForMs)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb.selectFrom('runs').select('runs.id').whereRef('runs.policy_digest', '=', 'policies.digest'),
        ),
      ),
    )
    .execute()
}
