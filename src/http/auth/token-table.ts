import { hash, timingSafeEqual } from 'node:crypto'
import type { Caller } from './caller.ts'
import { withImplied, type Role } from './roles.ts'

/** A configured token, of which only the digest is kept. */
export interface Token {
  readonly name: string
  readonly roles: readonly Role[]
  /** Undefined = all. */
  readonly namespaces?: readonly string[]
  /** SHA-256 in hex. */
  readonly sha256: string
}

export interface TokenTable {
  readonly empty: boolean
  hasRole(role: Role): boolean
  /** Takes the same time whichever token matches, and when none does. */
  find(presented: string): Caller | undefined
}

export function createTokenTable(tokens: readonly Token[]): TokenTable {
  const entries = tokens.map((token) => ({
    digest: Buffer.from(token.sha256, 'hex'),
    caller: toCaller(token),
  }))
  return {
    empty: entries.length === 0,
    hasRole: (role) => entries.some(({ caller }) => caller.roles.has(role)),
    find(presented) {
      const digest = hash('sha256', presented, 'buffer')
      let found: Caller | undefined
      for (const entry of entries) {
        const same = timingSafeEqual(digest, entry.digest)
        found = same ? entry.caller : found
      }
      return found
    },
  }
}

function toCaller({ name, roles, namespaces }: Token): Caller {
  return { name, authenticated: true, roles: withImplied(roles), ...(namespaces && { namespaces }) }
}
