import type { Request } from 'express'
import { AppError } from '../../errors.ts'
import type { Caller } from '../auth/caller.ts'
import { checkFormOrigin } from '../auth/check-form.ts'
import type { HttpSettings } from '../http-settings.ts'
import { readPairs } from '../request/read-query.ts'
import type { PageSession, Route } from '../route.ts'
import { checkContentType, decodeUtf8, formType } from './decode-text.ts'
import { parseJson } from './parse-json.ts'
import { readBody } from './read-body.ts'

export interface BodyContext {
  readonly caller: Caller
  readonly session: PageSession
  readonly settings: HttpSettings
}

/** Reads the body in the form that the route wants. A form is taken only if our own page made it for this session. */
export async function takeBody(
  { body: wanted }: Route,
  request: Request,
  { caller, session, settings }: BodyContext,
): Promise<unknown> {
  const { form, types, size } = wanted
  if (form === 'none') return undefined
  if (form === 'form') checkFormOrigin(request, settings)
  const body = await readBody(
    request,
    size === 'recording' ? largest(settings, caller) : settings.maxBodyBytes,
  )
  checkContentType(request.headers['content-type'], form === 'form' ? types : typesFor(request, types))
  if (form === 'bytes') return body
  const text = decodeUtf8(body)
  if (form === 'form') return formFields(text, session)
  return form === 'text' ? text : parseJson(text, settings.maxJsonDepth)
}

async function formFields(text: string, session: PageSession): Promise<unknown> {
  const { csrf = '', ...fields } = readPairs(text, 'form')
  if (await session.isFormToken(csrf)) return fields
  throw new AppError('forbidden', 'expected the field csrf as this page has it now: load the page again')
}

const largest = (settings: HttpSettings, { roles }: Caller): number =>
  roles.has('large-recordings') ? settings.maxLargeRecordingBytes : settings.maxRecordingBytes

/**
 * A browser asks the server before it sends JSON to another origin, but not before it sends a form. It does send the
 * origin.
 */
const typesFor = ({ headers }: Request, types: readonly string[]): readonly string[] =>
  headers.origin === undefined ? types : types.filter((type) => type !== formType)
