const shortest = 16
const longest = 1024

/** Why a text cannot be a token; undefined when it can. A short token could be guessed. */
export function checkTokenText(token: string): string | undefined {
  if (token.length < shortest)
    return `expected a token of at least ${shortest} characters, got ${token.length}`
  if (token.length > longest) return `expected a token of at most ${longest} characters, got ${token.length}`
  if (!/^[\x21-\x7e]+$/.test(token)) return 'expected a token of printable ASCII without spaces'
  return undefined
}
