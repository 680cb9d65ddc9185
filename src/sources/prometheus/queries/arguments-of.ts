import type { SyntaxNode } from '@lezer/common'

/** The arguments of a function or of an aggregate. */
export function argumentsOf(call: SyntaxNode): readonly SyntaxNode[] {
  const list: SyntaxNode[] = []
  for (let each = call.getChild('FunctionCallBody')?.firstChild; each; each = each.nextSibling)
    list.push(each)
  return list
}
