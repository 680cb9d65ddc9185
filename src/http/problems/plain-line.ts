const maxCharacters = 299

/** One line without control characters, under 300 characters, because it may be shown in a Kubernetes Event. */
export function plainLine(text: string): string {
  const line = text.replace(/[\p{C}\p{Z}\s]+/gu, ' ').trim()
  if (line.length <= maxCharacters) return line
  // removes half of a surrogate pair at the end
  const start = line.slice(0, maxCharacters - 1).replace(/[\uD800-\uDBFF]$/, '')
  return `${start}…`
}

const linePrefixes = ['/v1/flagger', '/prometheus', '/gate', '/rollback']

/** Whether the answer must be one plain line: Flagger shows the bodies of its hooks, metrics and gates unchanged. */
export function answersInLines(url: string): boolean {
  const path = url.split(/[?#]/, 1)[0] ?? ''
  return linePrefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))
}
