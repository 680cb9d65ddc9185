import type { Request } from 'express'
import { AppError } from '../../errors.ts'
import type { HttpSettings } from '../http-settings.ts'

/** A browser names the origin of the page that sends a form. Forms of other sites are refused, whatever they contain. */
export function checkFormOrigin(
  { headers }: Pick<Request, 'headers'>,
  { publicUrl }: Pick<HttpSettings, 'publicUrl'>,
): void {
  const { origin, host } = headers
  const ours = [`http://${host}`, `https://${host}`]
  if (publicUrl !== undefined) ours.push(new URL(publicUrl).origin)
  if (origin !== undefined && ours.includes(origin)) return
  const got = origin === undefined ? 'none' : `"${origin.slice(0, 100)}"`
  throw new AppError('forbidden', `expected the Origin of a page of this service, got ${got}`)
}
