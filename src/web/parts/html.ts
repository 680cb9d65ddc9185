/** Markup made by `html`. JSON cannot contain the symbol, so text from outside can never count as markup. */
export interface Html {
  readonly [markup]: string
}

export type Part = Html | string | number | false | undefined | readonly Part[]

const markup = Symbol('markup')

/** A template of HTML in which every part is escaped unless `html` made it. Put attributes in double quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { [markup]: String.raw({ raw: strings }, ...parts.map(toText)) }
}

/** Marks text of this service itself, such as its style sheet, as markup. */
export const trusted = (text: string): Html => ({ [markup]: text })

export const toText = (part: Part): string => {
  if (part === false || part === undefined) return ''
  if (typeof part === 'number') return String(part)
  if (typeof part === 'string') return escaped(part)
  return markup in part ? part[markup] : part.map(toText).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
