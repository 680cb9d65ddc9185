const maxCharacters = 299

/** One line without control characters, under 300 characters: what ends up in a Kubernetes Event. */
export function plainLine(text: string): string {
  const line = text.replace(/[\p{C}\p{Z}\s]+/gu, ' ').trim()
  if (line.length <= maxCharacters) return line
  // A cut through a surrogate pair leaves half of it at the end.
  const start = line.slice(0, maxCharacters - 1).replace(/[\uD800-\uDBFF]$/, '')
  return `${start}…`
}

const linePrefixes = ['/v1/flagger', '/prometheus', '/gate', '/rollback']

/** Flagger, of its hooks and metrics, and the loadtester's gates show a body as it is, so theirs is always one plain line. */
export function answersInLines(url: string): boolean {
  const path = url.split(/[?#]/, 1)[0] ?? ''
  return linePrefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))
}
