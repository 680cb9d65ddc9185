import { AppError } from '../../errors.ts'
import type { Caller } from './caller.ts'
import { presentedToken } from './presented-token.ts'
import type { Role } from './roles.ts'
import type { TokenTable } from './token-table.ts'

export function authenticate(
  tokens: TokenTable,
  authorization: string | undefined,
  /** Fingerprint of the client's certificate, if it sent a trusted one. */
  certificate?: string,
): Caller {
  if (authorization === undefined || tokens.anonymous?.local === true) {
    if (tokens.anonymous !== undefined) return tokens.anonymous
    throw new AppError('unauthenticated', 'expected a token, as Bearer or as the password of Basic, got none')
  }
  const presented = presentedToken(authorization)
  const caller = presented === undefined ? undefined : tokens.find(presented, certificate)
  if (caller === undefined) {
    throw new AppError(
      'unauthenticated',
      'expected a configured token, as Bearer or as the password of Basic',
    )
  }
  return caller
}

/** Refuses a caller that has none of the roles. */
export function authorize(caller: Caller, wanted: readonly Role[]): void {
  if (wanted.some((role) => caller.roles.has(role))) return
  const names = wanted.join(' or ')
  if (!caller.authenticated) {
    throw new AppError('forbidden', `expected a token with role ${names}, got none`)
  }
  throw new AppError('forbidden', `expected a token with role ${names}, "${caller.name}" lacks it`)
}
