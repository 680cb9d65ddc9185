/** Texts that cause errors in databases, drivers and careless quoting. */
export const hostileTexts: readonly (readonly [what: string, text: string])[] = [
  ['NUL', 'a\u0000b'],
  ['a lone high surrogate', 'a\ud800b'],
  ['a lone low surrogate at the end', 'a\udfff'],
  ['the escape character itself', '\u001a0 \u001a1 \u001ad800'],
  ['quotes and SQL', `'; drop table runs; -- " \` \\ $1 ?1 :a`],
  ['emoji, combining and right-to-left', '🐤 e\u0301 \u202Eabc ﷺ'],
  ['200 000 characters', 'x'.repeat(200_000)],
  ['the empty text', ''],
]
