import { hash, timingSafeEqual } from 'node:crypto'
import type { Caller } from './caller.ts'
import { roles as allRoles, withImplied, type Role } from './roles.ts'

/** A configured token, of which only the digest is kept. */
export interface Token {
  readonly name: string
  readonly roles: readonly Role[]
  /** Undefined = all. */
  readonly namespaces?: readonly string[]
  /** SHA-256 in hex. */
  readonly sha256: string
  /** Fingerprint of the client certificate that the token needs; undefined = it needs none. */
  readonly certificate?: string
}

export interface TokenTable {
  /** The caller of requests without a token; undefined = such requests are refused. */
  readonly anonymous: Caller | undefined
  hasRole(role: Role): boolean
  /** Takes the same time whichever token matches, and if none does. */
  find(presented: string, certificate?: string): Caller | undefined
  /** The token of that name with its digest, as long as it is configured and its certificate is there. */
  named(name: string, certificate?: string): { readonly caller: Caller; readonly digest: Buffer } | undefined
}

/**
 * What requests without a token may do: everything, if the service listens on loopback only; judge and read; or
 * nothing.
 */
export type Anonymous = 'all' | 'judge-and-read' | 'nothing'

const open: Caller = { name: 'anonymous', authenticated: false, roles: new Set(['judge', 'read']) }
const local: Caller = { name: 'anonymous', authenticated: false, local: true, roles: new Set(allRoles) }
const callers = { all: local, 'judge-and-read': open, nothing: undefined }

export function createTokenTable(tokens: readonly Token[], anonymous: Anonymous = 'nothing'): TokenTable {
  const entries = tokens.map((token) => ({
    digest: Buffer.from(token.sha256, 'hex'),
    caller: toCaller(token),
    certificate: token.certificate,
  }))
  const isBound = (entry: { certificate: string | undefined }, certificate: string | undefined): boolean =>
    entry.certificate === undefined || entry.certificate === certificate
  return {
    anonymous: callers[anonymous],
    hasRole: (role) => entries.some(({ caller }) => caller.roles.has(role)),
    find(presented, certificate) {
      const digest = hash('sha256', presented, 'buffer')
      let found: Caller | undefined
      for (const entry of entries) {
        const same = timingSafeEqual(digest, entry.digest) && isBound(entry, certificate)
        found = same ? entry.caller : found
      }
      return found
    },
    named: (name, certificate) =>
      entries.find((entry) => entry.caller.name === name && isBound(entry, certificate)),
  }
}

function toCaller({ name, roles, namespaces }: Token): Caller {
  return { name, authenticated: true, roles: withImplied(roles), ...(namespaces && { namespaces }) }
}
