export type PathPart = string | number
export type Path = readonly PathPart[]

/** `metrics[0].margin`; keys that are not plain words are quoted. */
export function toPathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    if (!/^[\w$-]{1,64}$/.test(part)) return `${text}[${JSON.stringify(part.slice(0, 64))}]`
    return text === '' ? part : `${text}.${part}`
  }, '')
}

/** The value at a path; undefined where it leads nowhere. Own properties only. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, part) => {
    if (typeof inner !== 'object' || inner === null) return undefined
    return Object.getOwnPropertyDescriptor(inner, part)?.value
  }, value)
}
