/**
 * A JavaScript expression with the meaning of the RE2 expression, anchored at both ends as label matchers are.
 * Throws a SyntaxError for what RE2 does not know (look-around, back references) and for the rarer things that
 * only RE2 knows.
 */
export function toRegExp(pattern: string): RegExp {
  const ignoreCase = pattern.startsWith('(?i)')
  let translated = ''
  for (let at = ignoreCase ? 4 : 0; at < pattern.length;) {
    const rest = pattern.slice(at)
    const [from, to] = tokenOf(rest, /\{\d+(,\d*)?$/.test(pattern.slice(0, at)))
    translated += to
    at += from.length
  }
  return new RegExp(`^(?:${translated})$`, ignoreCase ? 'iu' : 'u')
}

type Token = readonly [from: string, to: string]

function tokenOf(rest: string, inRepeat: boolean): Token {
  const char = String.fromCodePoint(rest.codePointAt(0) ?? 0)
  switch (char) {
    case '\\':
      return escaped(rest, '[\\t\\n\\f\\r ]')
    case '[':
      return characterClass(rest)
    case '(':
      return rest.startsWith('(?') ? groupStart(rest) : [char, char]
    case '.':
      // the dot of RE2 excludes only the line feed
      return [char, '[^\\n]']
    case ']':
      return [char, '\\]']
    case '{':
      return [char, /^\{\d+(,\d*)?\}/.test(rest) ? char : '\\{']
    case '}':
      return [char, inRepeat ? char : '\\}']
    default:
      return [char, char]
  }
}

function groupStart(rest: string): Token {
  if (rest.startsWith('(?:')) return ['(?:', '(?:']
  const named = /^\(\?P?<([A-Za-z_]\w*)>/.exec(rest)
  if (named !== null) return [named[0], `(?<${named[1] ?? ''}>`]
  throw new SyntaxError(`invalid or unsupported Perl syntax: \`${rest.slice(0, 3)}\``)
}

function characterClass(rest: string): Token {
  // a closing bracket that comes first belongs to the class
  const [whole, start = '', body = ''] = /^(\[\^?)(\]?(?:\\[^]|[^\]\\])*)\]/.exec(rest) ?? []
  if (whole === undefined) throw new SyntaxError(`missing closing ]: \`${rest}\``)
  if (body.includes('[:')) throw new SyntaxError('character classes by name are not simulated')
  let translated = start
  for (let at = 0; at < body.length;) {
    const left = body.slice(at)
    const [from, to]: Token = left.startsWith('\\')
      ? escaped(left, '\\t\\n\\f\\r ')
      : [left.charAt(0), left.startsWith(']') ? '\\]' : left.charAt(0)]
    translated += to
    at += from.length
  }
  return [whole, `${translated}]`]
}

function escaped(rest: string, space: string): Token {
  const next = rest.charAt(1)
  const hex = /^\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/.exec(rest)
  if (hex !== null) return [hex[0], `\\u{${hex[1] ?? hex[2] ?? ''}}`]
  if (/[dDwWbBftnrv]/.test(next)) return [`\\${next}`, `\\${next}`]
  if (next === 's') return ['\\s', space]
  if (/[!-/:-@[-`{-~]/.test(next)) return [`\\${next}`, `\\u{${next.charCodeAt(0).toString(16)}}`]
  throw new SyntaxError(`invalid escape sequence: \`\\${next}\``)
}
