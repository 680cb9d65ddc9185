import { PostgresDialect } from 'kysely'
import type { Dialect, PostgresPool, PostgresPoolClient } from 'kysely'
import { Pool, types as postgresTypes } from 'pg'
import type { CustomTypesConfig, PoolClient, QueryResult } from 'pg'
import type { Log } from '../../judge/ports/ports.ts'
import { restoreRow, toStorable } from '../storable-text.ts'
import { isConnectionLost } from '../store-error.ts'

export interface PostgresSettings {
  readonly url: string
  readonly timeoutMs: number
  readonly log: Log
  readonly maxConnections?: number
}

export const createPostgresDialect = (settings: PostgresSettings): Dialect => {
  const pool = openPool(settings)
  const wrapped: PostgresPool = {
    options: {},
    connect: async () => wrapClient(await pool.connect()),
    end: () => pool.end(),
  }
  return new PostgresDialect({ pool: wrapped })
}

const openPool = ({ url, timeoutMs, log, maxConnections = 10 }: PostgresSettings): Pool => {
  const pool = new Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: timeoutMs,
    idleTimeoutMillis: 60_000,
    statement_timeout: timeoutMs,
    idle_in_transaction_session_timeout: 2 * timeoutMs,
    // the client's own limit, for a server that does not answer at all, comes after the server's
    query_timeout: timeoutMs + 1_000,
    application_name: 'canary-judge',
    keepAlive: true,
    types,
  })
  // without a listener the loss of a connection would end the process
  pool.on('error', (error) => {
    log.warn({ err: error }, 'lost an idle connection to PostgreSQL')
  })
  pool.on('connect', (client) => {
    client.on('error', (error) => {
      log.debug({ err: error }, 'connection to PostgreSQL failed')
    })
  })
  return pool
}

/** Escapes what PostgreSQL cannot store, and does not return a failed connection to the pool. */
const wrapClient = (client: PoolClient): PostgresPoolClient => {
  let broken = false
  const query = async (text: string, parameters: readonly unknown[]): Promise<QueryResult> => {
    try {
      const result = await client.query(text, parameters.map(toStorable))
      for (const row of result.rows) restoreRow(row)
      return result
    } catch (error) {
      broken ||= isConnectionLost(error)
      throw error
    }
  }
  return {
    // oxlint-disable-next-line typescript/no-explicit-any -- kysely's overloads, of which cursors are not used
    query: (text: any, parameters?: readonly unknown[]): any => query(text, parameters ?? []),
    release: (destroy) => {
      client.release(destroy === true || broken)
    },
  }
}

/** Row ids and counts are far below 2^53. */
const types: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === postgresTypes.builtins.INT8 ? Number : postgresTypes.getTypeParser(oid, format),
}
