import { AppError } from '../../errors.ts'

export const jsonTypes = ['application/json'] as const
/** Any web page can send a form to any server, so a form is accepted only if the request does not come from a page. */
export const formType = 'application/x-www-form-urlencoded'
export const yamlTypes = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'] as const

/** Refuses types that are not expected, and charsets other than UTF-8. */
export function checkContentType(contentType: string | undefined, expected: readonly string[]): void {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase())
  if (!isExpected(type, expected)) {
    const got = type === '' ? 'none' : `"${type.slice(0, 60)}"`
    throw new AppError('unsupported-media-type', `expected Content-Type ${expected.join(' or ')}, got ${got}`)
  }
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length)
  if (charset !== undefined && !/^"?utf-?8"?$/.test(charset)) {
    throw new AppError('unsupported-media-type', `expected charset utf-8, got "${charset.slice(0, 40)}"`)
  }
}

export function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (error) {
    throw new AppError('bad-request', 'expected a body in UTF-8, got other bytes', { cause: error })
  }
}

function isExpected(type: string, expected: readonly string[]): boolean {
  if (expected.includes(type)) return true
  return expected.includes('application/json') && /^application\/[\w.-]+\+json$/.test(type)
}
