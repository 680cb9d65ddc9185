import { LineCounter, parseDocument as parseYaml, type Document, type YAMLError } from 'yaml'
import { shorten } from '../../formats/mistakes/describe-value.ts'
import { isOfKubernetes, kubernetesValues } from '../../formats/mistakes/kubernetes-yaml.ts'
import { locator, type Place, placeIn } from '../../formats/mistakes/locate.ts'
import { isNestedDeeply, tooDeep, yamlMessages } from '../../formats/mistakes/read-yaml.ts'
import { createNode, type Node } from '../model/node.ts'
import type { DocumentText } from './split-documents.ts'

export type ParsedDocument = { readonly ok: true; readonly root: Node } | UnreadDocument

export interface UnreadDocument {
  readonly ok: false
  readonly place: Place
  readonly message: string
  /** Whether it is a template of Helm, which is no YAML before it is rendered. */
  readonly isTemplate: boolean
}

// An anchor saves typing; thousands of expansions are an attack.
const maxAliasCount = 1000

/** One document as nodes whose places count from the first line of the file. */
export function parseDocument({ text, linesBefore }: DocumentText): ParsedDocument {
  const lines = new LineCounter()
  const place = placeIn(lines, linesBefore)
  const refuse = (message: string, offset = 0): ParsedDocument => ({
    ok: false,
    place: place(offset),
    message,
    isTemplate: isHelmTemplate(text),
  })
  if (text.includes('\0')) return refuse('expected text, got a file with zero bytes')
  if (isNestedDeeply(text) || isIndentedDeeply(text)) return refuse(tooDeep)
  try {
    const document = parseYaml(text, {
      lineCounter: lines,
      prettyErrors: false,
      version: '1.2',
      ...(isOfKubernetes(text) ? kubernetesValues : { merge: false }),
      // the package's own check takes quadratic time in the number of keys
      uniqueKeys: false,
      stringKeys: true,
      logLevel: 'silent',
    })
    const [error] = document.errors
    if (error !== undefined) return refuse(messageOf(error, text), error.pos[0])
    return { ok: true, root: createNode(toValue(document), locator(document, place)) }
  } catch (error) {
    if (error instanceof RangeError) return refuse(tooDeep)
    // The yaml package reports an alias bomb and an unknown anchor as a ReferenceError.
    if (error instanceof ReferenceError)
      return refuse(`expected anchors that are used a few times, got: ${error.message}`)
    throw error
  }
}

const toValue = (document: Document.Parsed): unknown => document.toJS({ maxAliasCount })

/** Deep maps without brackets need as many columns; their parsing would take long. */
const isIndentedDeeply = (text: string): boolean =>
  text.split('\n').some((line) => {
    const content = line.search(/[^ \-?]/)
    return content > maxColumns && /:(\s|$)/.test(line.slice(content, content + 200))
  })

const maxColumns = 400

/** Not `{{args.x}}` of Argo Rollouts, nor `{{ target }}` of Flagger. */
export const isHelmTemplate = (text: string): boolean =>
  /\{\{-?\s*(\.|\$|include |if |else|end|range |with |template |define |toYaml |tpl |\/\*)/.test(text)

function messageOf({ code, message }: YAMLError, text: string): string {
  if (code === 'NON_STRING_KEY' && text.includes('{{')) return 'expected quotes around {{…}}'
  const first = message.split('\n', 1)[0]?.replace(/\.$/, '') ?? code
  return yamlMessages.get(code) ?? `expected YAML: ${shorten(first, 120)}`
}
