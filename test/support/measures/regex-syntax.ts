/** A regular expression as a tree. An assertion at the end is a character that stands for the end. */
export type RegexNode =
  | { readonly kind: 'one'; readonly matches: (character: string) => boolean }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'all'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'any'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'loop'; readonly part: RegexNode }

export interface RegexTree {
  readonly root: RegexNode
  /** Whether it begins with `^`, so that no other start is tried. */
  readonly anchored: boolean
  /** The characters that may not come before it, from a negative lookbehind at its start. */
  readonly notAfter: ((character: string) => boolean) | undefined
}

export const end = '\u0003end'

/** Three copies of a bounded repetition show all that more copies would show. */
const mostCopies = 3

export function parseRegex(source: string, flags: string): RegexTree {
  const lookbehind = /^\(\?<!((?:\[[^\]]*\]|\\.|[^()[\]\\]))\)/.exec(source)
  const rest = source.slice(lookbehind?.[0].length ?? 0)
  const parser = new Parser(rest, flags)
  const root = parser.alternatives()
  const before = lookbehind?.[1]
  return {
    root,
    anchored: rest.startsWith('^') && !parser.splitsAtTop && !flags.includes('m'),
    notAfter: before === undefined ? undefined : matcher(before, flags),
  }
}

function matcher(text: string, flags: string): (character: string) => boolean {
  const one = new RegExp(`^(?:${text})$`, flags.replaceAll(/[gym]/g, ''))
  const wide = /[uv]/.test(flags)
  // Without `u` a pattern reads a character beyond 65 535 as two halves.
  return (character) => character !== end && one.test(wide ? character : character.charAt(0))
}

class Parser {
  readonly #text: string
  readonly #flags: string
  #at = 0
  #depth = 0
  splitsAtTop = false

  constructor(text: string, flags: string) {
    this.#text = text
    this.#flags = flags
  }

  alternatives(): RegexNode {
    const parts = [this.#sequence()]
    while (this.#take('|')) {
      this.splitsAtTop ||= this.#depth === 0
      parts.push(this.#sequence())
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'any', parts }
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = []
    while (this.#at < this.#text.length && !'|)'.includes(this.#peek())) parts.push(this.#repeated())
    return { kind: 'all', parts }
  }

  #repeated(): RegexNode {
    const part = this.#atom()
    const [written = '', low = '', comma, high = ''] =
      /^(?:\{(\d+)(,)?(\d*)\}|[*+?])/.exec(this.#text.slice(this.#at)) ?? []
    if (written === '') return part
    this.#at += written.length
    this.#take('?')
    const atLeast = written === '+' ? 1 : low === '' ? 0 : Number(low)
    const atMost =
      written === '?' ? 1 : low === '' ? Infinity : comma ? (high === '' ? Infinity : Number(high)) : atLeast
    return repeat(part, atLeast, atMost)
  }

  #atom(): RegexNode {
    const rest = this.#text.slice(this.#at)
    if (this.#take('(')) return this.#group()
    if (this.#take('^')) return { kind: 'nothing' }
    if (this.#take('$')) return { kind: 'one', matches: (character) => character === end }
    const [text = ''] =
      /^(?:\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[\da-fA-F]{4}|\\x..|\\.|[^])/u.exec(rest) ??
      []
    this.#at += text.length
    if (/^\\[bB]$/.test(text)) return { kind: 'nothing' }
    if (/^\\(?:[1-9]|k)/.test(text)) throw new Error('a reference back is not linear')
    return { kind: 'one', matches: matcher(text, this.#flags) }
  }

  #group(): RegexNode {
    const [opening = ''] = /^\?(?:[:=!]|<[=!]|<\w+>)/.exec(this.#text.slice(this.#at)) ?? []
    this.#at += opening.length
    this.#depth += 1
    const inner = this.alternatives()
    this.#depth -= 1
    this.#take(')')
    if (/^\?<?[=!]$/.test(opening)) throw new Error('looking around is read at the start of a pattern only')
    return inner
  }

  #peek(): string {
    return this.#text[this.#at] ?? ''
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at += 1
    return true
  }
}

function repeat(part: RegexNode, atLeast: number, atMost: number): RegexNode {
  const copies = Array.from({ length: Math.min(atLeast, mostCopies) }, () => part)
  if (atMost === Infinity) return { kind: 'all', parts: [...copies, { kind: 'loop', part }] }
  const more = Array.from({ length: Math.min(atMost - atLeast, mostCopies) }, (): RegexNode => ({
    kind: 'any',
    parts: [part, { kind: 'nothing' }],
  }))
  return { kind: 'all', parts: [...copies, ...more] }
}
