import { sql } from 'kysely'
import { AppError } from '../../errors.ts'
import type { Connection } from '../connection.ts'
import { holdLock } from '../connection.ts'
import type { Migration } from './migrations.ts'
import { migrations, runMigration } from './migrations.ts'

/**
 * Brings the database to the newest version in one transaction, under a lock, because several processes may start at
 * once.
 */
export const migrate = async (
  { db, kind, clock, log }: Connection,
  list: readonly Migration[] = migrations,
): Promise<void> => {
  await db.transaction().execute(async (transaction) => {
    await holdLock(transaction, kind, 'migration')
    await sql`create table if not exists canary_judge_migrations (
      version integer primary key, name text not null, applied_at double precision not null)`.execute(
      transaction,
    )
    const { rows } = await sql<{ version: number | null }>`
      select max(version) as version from canary_judge_migrations`.execute(transaction)
    const version = rows[0]?.version ?? 0
    if (version > list.length) throw tooNew(version, list.length)
    for (const [index, migration] of list.entries()) {
      if (index < version) continue
      await runMigration(transaction, kind, migration)
      await sql`insert into canary_judge_migrations (version, name, applied_at)
        values (${index + 1}, ${migration.name}, ${clock.now()})`.execute(transaction)
      log.info({ version: index + 1, migration: migration.name }, 'database migrated')
    }
  })
}

const tooNew = (got: number, known: number): AppError =>
  new AppError(
    'conflict',
    `expected a database of version ${known} or older, got version ${got}: it was written by a newer canary-judge`,
  )
