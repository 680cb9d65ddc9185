import { type Document, LineCounter, parseAllDocuments, visit } from 'yaml'
import type { FieldIssue } from '../../errors.ts'
import { describeValue, shorten } from './describe-value.ts'
import { maxMistakes } from './field-issues.ts'
import { isOfKubernetes, kubernetesValues } from './kubernetes-yaml.ts'
import { type Locate, locator, type Place, placeIn, startOf } from './locate.ts'

export type YamlReading =
  | { readonly ok: true; readonly value: unknown; readonly locate: Locate }
  | { readonly ok: false; readonly issues: readonly FieldIssue[] }

const maxBytes = 256 * 1024
// An anchor saves typing; hundreds of expansions are an attack.
const maxAliasCount = 100

const maxDepth = 100
const tooManyAliases = `expected at most ${maxAliasCount} values through aliases, got more`
export const tooDeep = 'expected a document of a few levels, got one nested too deeply'

/**
 * One YAML (or JSON) document as plain data, with the place of each value. An object of Kubernetes is read as `kubectl`
 * reads it.
 */
export function readYaml(text: string): YamlReading {
  const bytes = Buffer.byteLength(text)
  if (bytes > maxBytes) return refuse(`expected at most ${maxBytes} bytes, got ${bytes}`)
  if (isNestedDeeply(text)) return refuse(tooDeep)
  try {
    return readDocument(text)
  } catch (error) {
    if (error instanceof RangeError) return refuse(tooDeep)
    // The yaml package reports an alias bomb as a ReferenceError.
    if (error instanceof ReferenceError) return refuse(tooManyAliases)
    throw error
  }
}

function readDocument(text: string): YamlReading {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
    ...(isOfKubernetes(text) ? kubernetesValues : { merge: false }),
    // the package's own check takes quadratic time in the number of keys
    uniqueKeys: false,
    stringKeys: true,
    logLevel: 'silent',
  })
  const place = placeIn(lines)
  const [document, second] = [...documents]
  if (document === undefined || document.contents === null)
    return refuse('expected a map, got an empty document')
  if (document.errors.some(({ message }) => message.includes('call stack'))) return refuse(tooDeep)
  const problems = [...document.errors, ...document.warnings]
  if (problems.length > 0) {
    const [{ pos: [first] } = { pos: [0] }] = problems
    const advice = quoteSelector(text, first)
    if (advice !== undefined) return refuse(advice, place(first))
    const issues = problems.slice(0, maxMistakes).map(({ code, message, pos }) => ({
      path: '',
      message: yamlMessages.get(code) ?? shorten(message.replace(/\.$/, ''), 160),
      ...place(pos[0]),
    }))
    return { ok: false, issues }
  }
  if (second !== undefined) return refuse('expected one document, got several', place(second.range[0]))
  const structure = checkStructure(document, place)
  if (structure.length > 0) return { ok: false, issues: structure }
  const value: unknown = document.toJS({ maxAliasCount })
  return { ok: true, value, locate: locator(document, place) }
}

/** Quotes a selector in a one-line map, because YAML would read its braces as a map. */
function quoteSelector(text: string, offset: number): string | undefined {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0] ?? ''
  const selector = /[{,]\s*\w{1,60}:\s+(\w{1,200}\{[^'{}]{0,300}\})/.exec(line)?.[1]
  return selector === undefined ? undefined : `expected YAML; quote the selector: '${selector}'`
}

function checkStructure(document: Document.Parsed, place: (offset: number) => Place): readonly FieldIssue[] {
  const issues: FieldIssue[] = []
  const report = (message: string, node: unknown): number =>
    issues.push({ path: '', message, ...place(startOf(node) ?? 0) })
  let aliases = 0
  visit(document, {
    Alias(_key, alias) {
      aliases += 1
      if (aliases > maxAliasCount) report(tooManyAliases, alias)
      else if (alias.resolve(document) === undefined) {
        report(`expected an anchor before its alias, got ${describeValue(`*${alias.source}`)}`, alias)
      }
      return aliases > maxAliasCount ? visit.BREAK : undefined
    },
    Map(_key, map) {
      const seen = new Set<string>()
      for (const { key } of map.items) {
        if (issues.length >= maxMistakes) return visit.BREAK
        const text = String(key)
        if (seen.has(text)) report(`expected each key once, got ${describeValue(text)} again`, key)
        seen.add(text)
      }
      return undefined
    },
  })
  return issues
}

/**
 * Whether brackets are nested too deeply. Brackets in text count too, but they come in pairs. It is checked first,
 * because the parser would take long.
 */
export function isNestedDeeply(text: string): boolean {
  let depth = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1
    if (depth > maxDepth) return true
  }
  return false
}

/** What to say instead of some messages of the yaml package. */
export const yamlMessages = new Map<string, string>([
  ['TAB_AS_INDENT', 'expected spaces for indentation, got a tab'],
  ['NON_STRING_KEY', 'expected a plain word as key'],
])

function refuse(message: string, place?: Place): YamlReading {
  return { ok: false, issues: [{ path: '', message, ...place }] }
}
