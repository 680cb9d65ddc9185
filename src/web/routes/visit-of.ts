import type { HttpSettings } from '../../http/http-settings.ts'
import type { RouteContext } from '../../http/route.ts'
import type { Visit } from '../parts/frame.ts'

/** The path under which people reach the service, without a slash at the end. */
export const basePath = ({ publicUrl }: Pick<HttpSettings, 'publicUrl'>): string =>
  new URL(publicUrl ?? 'http://localhost').pathname.replace(/\/$/, '')

export async function visitOf(
  settings: () => HttpSettings,
  { caller, session }: Pick<RouteContext, 'caller' | 'session'>,
): Promise<Visit> {
  const canDecide = caller.roles.has('decide')
  return {
    base: basePath(settings()),
    ...(session.isOpen && { signedInAs: caller.name }),
    canSignIn: !caller.authenticated && caller.local !== true,
    canDecide,
    ...((session.isOpen || canDecide) && { csrf: await session.formToken() }),
  }
}
