import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../judge/ports/ports.ts'
import type { Caller } from './caller.ts'
import type { TokenTable } from './token-table.ts'

/** The sessions of people who have signed in with a token. The service stores nothing of a session. */
export interface Sessions {
  /** Gives the content of the cookie: the name of the token and the end of the session, signed. */
  begin(caller: Caller, certificate?: string): Promise<string>
  /** Undefined if the session was altered, has expired, or its token was replaced or removed. */
  find(session: string, certificate?: string): Promise<Caller | undefined>
  /** The text that shows that our own page made a form. `of` is the session, or the name of the caller. */
  formToken(of: string): Promise<string>
  isFormToken(token: string, of: string): Promise<boolean>
}

export interface SessionDeps {
  /** The key that all replicas share. */
  readonly key: () => Promise<string>
  readonly tokens: () => TokenTable
  readonly clock: Clock
}

export const sessionSeconds = 12 * 3600

export function createSessions({ key, tokens, clock }: SessionDeps): Sessions {
  let reading: Promise<string> | undefined
  const sign = async (...parts: readonly (string | Buffer)[]): Promise<string> => {
    reading ??= key()
    try {
      const mac = createHmac('sha256', await reading)
      // the length before each part keeps two parts from passing for one
      for (const part of parts) mac.update(`${part.length} `).update(part)
      return mac.digest('base64url')
    } catch (error) {
      reading = undefined
      throw error
    }
  }
  const signed = (name: string, until: string, digest: Buffer): Promise<string> =>
    sign('session', name, until, digest)
  const formToken = (of: string): Promise<string> => sign('form', of)
  return {
    async begin({ name }, certificate) {
      const until = String(clock.now() + sessionSeconds * 1000)
      const { digest = Buffer.alloc(0) } = tokens().named(name, certificate) ?? {}
      return [Buffer.from(name).toString('base64url'), until, await signed(name, until, digest)].join('.')
    },
    async find(session, certificate) {
      const [encoded = '', until = '', signature = ''] = session.split('.')
      const name = Buffer.from(encoded, 'base64url').toString()
      const token = tokens().named(name, certificate)
      if (token === undefined || !(Number(until) > clock.now())) return undefined
      return isSame(signature, await signed(name, until, token.digest)) ? token.caller : undefined
    },
    formToken,
    isFormToken: async (token, of) => isSame(token, await formToken(of)),
  }
}

function isSame(got: string, expected: string): boolean {
  const [one, other] = [Buffer.from(got), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}
