/** Removes characters that control a terminal or turn its lines around, because the text may come from outside. */
export const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')

/** Writes JSON with escapes in place of such characters, which mean the same to a reader of JSON. */
export function plainJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replaceAll(/[\p{Cf}\p{Zl}\p{Zp}\u007F-\u009F]/gu, escaped)
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
