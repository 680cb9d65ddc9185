import type { Selector } from './selector.ts'

/** The labels by which a part is told from its whole, and without which nothing of the part could ever be seen. */
export function distinguishingLabels(total: Selector, part: Selector): readonly string[] {
  if (part.metric !== total.metric) return []
  const own = new Set(total.matchers.map(({ label }) => label))
  return part.matchers
    .filter(({ label, text }) => !own.has(label) && !anyValue.test(text))
    .map(({ label }) => label)
}

/** Where any value of a label means a failure, the label comes with the first of them. */
const anyValue = /(?:!=(?:""|''|``)|=~(?:"\.[+]"|'\.[+]'|`\.[+]`))$/
