import type { VerdictStore } from '../../judge/ports/ports.ts'
import { checkId } from '../check-id.ts'
import type { Connection } from '../connection.ts'

type Policies = Pick<VerdictStore, 'savePolicy' | 'loadPolicy'>

export const createPolicies = (connection: Connection): Policies => ({
  savePolicy: (digest, text) => savePolicy(connection, digest, text),
  loadPolicy: (digest) => loadPolicy(connection, digest),
})

/** Saving it again counts as a use, so that pruning does not delete it before a new run is opened. */
const savePolicy = async ({ db, clock }: Connection, digest: string, text: string): Promise<void> => {
  checkId(digest, 'digest')
  await db
    .insertInto('policies')
    .values({ digest, text, saved_at: clock.now() })
    .onConflict((conflict) =>
      conflict
        .column('digest')
        .doUpdateSet((eb) => ({ saved_at: eb.ref('excluded.saved_at') }))
        .whereRef('excluded.saved_at', '>', 'policies.saved_at'),
    )
    .execute()
}

const loadPolicy = async ({ db }: Connection, digest: string): Promise<string | undefined> => {
  const row = await db.selectFrom('policies').select('text').where('digest', '=', digest).executeTakeFirst()
  return row?.text
}
