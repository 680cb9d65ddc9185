import { randomBytes } from 'node:crypto'
import type { VerdictStore } from '../../judge/ports/ports.ts'
import type { Connection } from '../connection.ts'

export const createSharedKey = ({ db }: Connection): Pick<VerdictStore, 'sharedKey'> => ({
  async sharedKey() {
    const read = () => db.selectFrom('shared_key').select('value').executeTakeFirst()
    const row = await read()
    if (row !== undefined) return row.value
    const value = randomBytes(32).toString('base64url')
    await db
      .insertInto('shared_key')
      .values({ id: 1, value })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
    return (await read())?.value ?? value
  },
})
