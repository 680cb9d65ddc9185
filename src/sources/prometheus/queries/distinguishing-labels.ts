import type { Selector } from './selector.ts'

/** The labels that distinguish a part from its whole; without them the part could never be found. */
export function distinguishingLabels(total: Selector, part: Selector): readonly string[] {
  if (part.metric !== total.metric) return []
  const own = new Set(total.matchers.map(({ label }) => label))
  return part.matchers
    .filter(({ label, text }) => !own.has(label) && !anyValue.test(text))
    .map(({ label }) => label)
}

/** Where any value of a label means a failure, the label comes with the first of them. */
const anyValue = /(?:!=(?:""|''|``)|=~(?:"\.[+]"|'\.[+]'|`\.[+]`))$/
