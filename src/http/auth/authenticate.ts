import { AppError } from '../../errors.ts'
import type { Caller } from './caller.ts'
import { presentedToken } from './presented-token.ts'
import type { Role } from './roles.ts'
import type { TokenTable } from './token-table.ts'

/** Without tokens anybody may ask and look; nobody may decide. */
const anonymous: Caller = { name: 'anonymous', authenticated: false, roles: new Set(['judge', 'read']) }

export function authenticate(tokens: TokenTable, authorization: string | undefined): Caller {
  if (tokens.empty) return anonymous
  if (authorization === undefined) {
    throw new AppError('unauthenticated', 'expected a token, as Bearer or as the password of Basic, got none')
  }
  const presented = presentedToken(authorization)
  const caller = presented === undefined ? undefined : tokens.find(presented)
  if (caller === undefined) {
    throw new AppError(
      'unauthenticated',
      'expected a configured token, as Bearer or as the password of Basic',
    )
  }
  return caller
}

/** Any one of the roles is enough. */
export function authorize(caller: Caller, wanted: readonly Role[]): void {
  if (wanted.some((role) => caller.roles.has(role))) return
  const names = wanted.join(' or ')
  if (!caller.authenticated) {
    throw new AppError('forbidden', `expected a token with role ${names}, but no tokens are configured`)
  }
  throw new AppError('forbidden', `expected a token with role ${names}, "${caller.name}" lacks it`)
}
