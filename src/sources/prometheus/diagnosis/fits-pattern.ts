import { RE2JS } from 're2js'

/** Characters of a pattern times its counted repetitions: what it may grow to when it is read. */
const maxGrown = 20_000
/** Steps of a pattern times characters that it reads: 2 million are about 50 ms. */
const maxReading = 2_000_000

/**
 * The texts that a pattern of a policy fits as a whole, as in Prometheus, which reads RE2; undefined where it is no
 * such pattern, or would cost too much to try. No text is read twice, so a policy cannot keep others waiting.
 */
export function textsThatFit(pattern: string, texts: readonly string[]): readonly string[] | undefined {
  if (grown(pattern) > maxGrown) return undefined
  const compiled = compile(`^(?s:${pattern})$`)
  if (compiled === undefined) return undefined
  const characters = texts.reduce((sum, text) => sum + text.length + 1, 0)
  if (compiled.programSize() * characters > maxReading) return undefined
  return texts.filter((text) => compiled.matches(text))
}

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern)
  } catch {
    return undefined
  }
}

/** At most: repetitions inside each other multiply. */
function grown(pattern: string): number {
  const counts = [...pattern.matchAll(/\{([\d,]*)\}/g)]
  return counts.reduce(
    (product, [, count = '']) => product * Math.max(1, ...count.split(',').map(Number)),
    pattern.length,
  )
}
