const longestHeader = 4096

/** The token of an Authorization header: Bearer, or Basic with the token as password. */
export function presentedToken(header: string | undefined): string | undefined {
  if (header === undefined || header.length > longestHeader) return undefined
  const [, scheme = '', credentials = ''] = /^(\S+) +(\S+) *$/.exec(header) ?? []
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return credentials
    case 'basic':
      return password(credentials)
    default:
      return undefined
  }
}

function password(credentials: string): string | undefined {
  const pair = Buffer.from(credentials, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  return colon < 0 || colon === pair.length - 1 ? undefined : pair.slice(colon + 1)
}
