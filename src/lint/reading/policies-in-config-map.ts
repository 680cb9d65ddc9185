import type { Node } from '../model/node.ts'
import type { DocumentText } from './split-documents.ts'

/**
 * The policies in the data of a ConfigMap, from which the service reads them. The text of each begins at the line that
 * it has in the file.
 */
export function policiesInConfigMap(root: Node): readonly DocumentText[] {
  if (root.at('kind').text !== 'ConfigMap') return []
  return root
    .at('data')
    .entries()
    .filter(([key, { text }]) => /\.(ya?ml|json)$/.test(key) && /\b(metrics|extends)\b/.test(text ?? ''))
    .map(([, node]) => {
      // a block begins on the line after its mark
      const linesBefore = node.place.line - (node.text?.includes('\n') === true ? 0 : 1)
      return { text: node.text ?? '', linesBefore }
    })
}
