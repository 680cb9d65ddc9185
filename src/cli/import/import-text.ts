import { Document, isMap, isSeq } from 'yaml'
import { plain } from '../plain.ts'
import type { Loss } from './asked.ts'
import type { Imported } from './to-policy.ts'

/** The policy as YAML; comments say what each metric is made from, and what is different. */
export function policyText({ name, select, metrics }: Imported, files: readonly string[]): string {
  const document = new Document({
    name,
    ...(select === 'pods' ? {} : { select }),
    metrics: metrics.map(({ metric }) => metric),
  })
  document.commentBefore = comment([
    `Made from ${files.join(', ')} by canary-judge import. Read the comments before you use it;`,
    'margins, history and times are the defaults, because the files have nothing like them.',
  ])
  const list = document.get('metrics')
  for (const [index, node] of (isSeq(list) ? list.items : []).entries()) {
    const imported = metrics[index]
    if (isMap(node) && imported !== undefined)
      node.commentBefore = comment([
        `from: ${imported.from}`,
        ...imported.notes.map((note) => `note: ${note}`),
      ])
  }
  return document.toString({ lineWidth: 0 })
}

const comment = (lines: readonly string[]): string => lines.map((line) => ` ${plain(line)}`).join('\n')

/** What was not taken over, a line each, with the place to look at. */
export const lossText = ({ file, line, metric, what, why }: Loss): string =>
  plain(`${file}:${line}: ${metric === undefined ? '' : `${metric}: `}${what}: ${why}`)
