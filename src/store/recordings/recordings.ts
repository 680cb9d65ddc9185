import type { Transaction } from 'kysely'
import { AppError } from '../../errors.ts'
import type { Recording } from '../../engine/model/recording.ts'
import type { CutRecording, PackedRecording, VerdictStore } from '../../judge/ports/ports.ts'
import { checkId } from '../check-id.ts'
import { packChunk } from './chunk-codec.ts'
import type { Connection } from '../connection.ts'
import { holdLock } from '../connection.ts'
import { cutRecording } from './cut-recording.ts'
import { chunksOfManifest } from './join-recording.ts'
import { unpackRecording } from './unpack-recording.ts'
import type { Database } from '../schema/schema.ts'

type Recordings = Pick<
  VerdictStore,
  'digestRecording' | 'saveRecording' | 'loadRecording' | 'loadPackedRecording'
>

export const createRecordings = (connection: Connection): Recordings => {
  // the judge asks for the digest first and saves later, and a recording never changes in between
  const cuts = new WeakMap<Recording, Promise<CutRecording>>()
  const cut = async (recording: Recording | CutRecording): Promise<CutRecording> => {
    if ('chunks' in recording) return recording
    const known = cuts.get(recording)
    if (known !== undefined) return known
    const fresh = cutRecording(recording)
    cuts.set(recording, fresh)
    return fresh
  }
  return {
    digestRecording: async (recording) => (await cut(recording)).digest,
    saveRecording: async (runId, recording) => {
      checkId(runId, 'runId')
      try {
        return await saveCut(connection, runId, await cut(recording))
      } finally {
        if (!('chunks' in recording)) cuts.delete(recording)
      }
    },
    loadPackedRecording: (digest) => loadPacked(connection, digest),
    async loadRecording(digest) {
      const packed = await loadPacked(connection, digest)
      return packed && unpackRecording(packed)
    },
  }
}

/** Chunks that were found may be pruned before the transaction; then the check is repeated. */
const maxAttempts = 5

const saveCut = async (connection: Connection, runId: string, cut: CutRecording): Promise<string> => {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const packed = await packMissing(connection, cut)
    const stored = await connection.db
      .transaction()
      .execute((transaction) => storeCut(connection, transaction, { runId, cut, packed }))
    if (stored) return cut.digest
  }
  throw new AppError('store-unavailable', 'chunks of the recording were pruned each time it was saved')
}

interface PackedChunk {
  readonly digest: string
  readonly data: Uint8Array
}

/** Compresses the chunks that are not stored yet, outside the transaction. */
const packMissing = async ({ db }: Connection, cut: CutRecording): Promise<readonly PackedChunk[]> => {
  const digests = [...cut.chunks.keys()]
  const stored = await db.selectFrom('chunks').select('digest').where('digest', 'in', digests).execute()
  const known = new Set(stored.map((row) => row.digest))
  const missing = [...cut.chunks].filter(([digest]) => !known.has(digest))
  const packed = await Promise.all(
    missing.map(async ([digest, text]) => ({ digest, data: await packChunk(text) })),
  )
  // all writers use one order; otherwise two writers of the same chunks could wait for each other
  return packed.sort((a, b) => (a.digest < b.digest ? -1 : 1))
}

interface ToStore {
  readonly runId: string
  readonly cut: CutRecording
  readonly packed: readonly PackedChunk[]
}

/** False when a chunk that was stored has been pruned; then the transaction writes nothing that matters. */
const storeCut = async (
  { kind, clock }: Connection,
  transaction: Transaction<Database>,
  { runId, cut, packed }: ToStore,
): Promise<boolean> => {
  await holdLock(transaction, kind, 'recordings', 'shared')
  const digests = [...cut.chunks.keys()]
  const kept = new Set(packed.map((chunk) => chunk.digest))
  const assumed = digests.filter((digest) => !kept.has(digest))
  if (!(await allStored(transaction, assumed))) return false
  if (packed.length > 0) {
    await transaction
      .insertInto('chunks')
      .values([...packed])
      .onConflict((conflict) => conflict.column('digest').doNothing())
      .execute()
  }
  await storeManifest(transaction, cut)
  await transaction
    .insertInto('recording_uses')
    .values({ run_id: runId, digest: cut.digest, saved_at: clock.now() })
    .onConflict((conflict) =>
      conflict
        .columns(['run_id', 'digest'])
        .doUpdateSet((eb) => ({ saved_at: eb.ref('excluded.saved_at') }))
        .whereRef('excluded.saved_at', '>', 'recording_uses.saved_at'),
    )
    .execute()
  return true
}

const allStored = async (
  transaction: Transaction<Database>,
  digests: readonly string[],
): Promise<boolean> => {
  if (digests.length === 0) return true
  const stored = await transaction
    .selectFrom('chunks')
    .select('digest')
    .where('digest', 'in', digests)
    .execute()
  return stored.length === digests.length
}

const storeManifest = async (transaction: Transaction<Database>, cut: CutRecording): Promise<void> => {
  const inserted = await transaction
    .insertInto('recordings')
    .values({ digest: cut.digest, manifest: cut.manifest })
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted === undefined) return
  await transaction
    .insertInto('recording_chunks')
    .columns(['recording_id', 'chunk_id'])
    .expression((eb) =>
      eb
        .selectFrom('chunks')
        .select((chunk) => [chunk.val(inserted.id).as('recording_id'), 'chunks.id as chunk_id'])
        .where('digest', 'in', [...cut.chunks.keys()]),
    )
    .execute()
}

const loadPacked = async ({ db }: Connection, digest: string): Promise<PackedRecording | undefined> => {
  const found = await db
    .selectFrom('recordings')
    .select('manifest')
    .where('digest', '=', digest)
    .executeTakeFirst()
  if (found === undefined) return undefined
  const needed = [...new Set(chunksOfManifest(found.manifest))]
  const rows = await db.selectFrom('chunks').selectAll().where('digest', 'in', needed).execute()
  return { manifest: found.manifest, chunks: new Map(rows.map((row) => [row.digest, row.data])) }
}
