import { parseAst } from 'vitest/node'

/** The imports and hidden inputs of a source file. */
export interface SourceFacts {
  /** The specifiers of all imports: static, dynamic, type-only, re-exports, `import x = require()`, import types. */
  readonly imports: readonly string[]
  /** The files that `new URL('./x.ts', import.meta.url)` names, such as workers. */
  readonly urls: readonly string[]
  /** The hidden inputs that the file uses, such as `Date.now` and random numbers. */
  readonly impure: readonly string[]
  readonly readsEnvironment: boolean
}

export function sourceFacts(text: string): SourceFacts {
  const imports: string[] = []
  const urls: string[] = []
  const impure: string[] = []
  let readsEnvironment = false
  walk(parseAst(text, { lang: 'ts' }), undefined, (node, parent) => {
    const specifier = specifierOf(node)
    if (specifier !== undefined) imports.push(specifier)
    const url = urlOf(node)
    if (url !== undefined) urls.push(url)
    const name = impureName(node, parent)
    if (name !== undefined) impure.push(name)
    readsEnvironment ||= isEnvironment(node, parent)
  })
  return { imports, urls, impure, readsEnvironment }
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string }

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

function walk(
  value: unknown,
  parent: Node | undefined,
  visit: (node: Node, parent: Node | undefined) => void,
): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, parent, visit)
    return
  }
  if (!isNode(value)) return
  visit(value, parent)
  for (const inner of Object.values(value)) walk(inner, value, visit)
}

const importing = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
])

function specifierOf(node: Node): string | undefined {
  if (node.type === 'TSExternalModuleReference') return textOf(node['expression'])
  if (node.type === 'CallExpression' && nameOf(node['callee']) === 'require') {
    return Array.isArray(node['arguments']) ? textOf(node['arguments'][0]) : undefined
  }
  if (!importing.has(node.type) || !isNode(node['source'])) return undefined
  return textOf(node['source'])
}

/** The file of `new URL('./x.ts', import.meta.url)`, also when the code computes the ending of its name. */
function urlOf(node: Node): string | undefined {
  if (node.type !== 'NewExpression' || nameOf(node['callee']) !== 'URL') return undefined
  const [first] = Array.isArray(node['arguments']) ? node['arguments'] : []
  const path = startOfTemplate(first) ?? textOf(first)
  return /^\..*\.ts$/.test(path) ? path : undefined
}

/** `./worker${ending}` is `./worker.ts` in the sources. */
function startOfTemplate(node: unknown): string | undefined {
  if (!isNode(node) || node.type !== 'TemplateLiteral' || !Array.isArray(node['quasis'])) return undefined
  const { value } = node['quasis'][0] ?? {}
  return typeof value?.raw === 'string' ? `${value.raw}.ts` : undefined
}

/** A computed specifier cannot be checked, so it counts as an import that is not allowed. */
function textOf(node: unknown): string {
  const value = isNode(node) ? node['value'] : undefined
  return typeof value === 'string' ? value : '(computed)'
}

const impureMembers = new Set(['Date.now', 'Math.random'])
const impureNames = new Set([
  'performance',
  'process',
  'crypto',
  'fetch',
  'globalThis',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
])

function impureName(node: Node, parent: Node | undefined): string | undefined {
  if (node.type === 'MemberExpression') {
    const name = `${nameOf(node['object']) ?? ''}.${memberOf(node) ?? '(computed)'}`
    const computed = node['computed'] === true && /^(Date|Math)\.\(/.test(name)
    return impureMembers.has(name) || computed ? name : undefined
  }
  if (node.type === 'NewExpression' || node.type === 'CallExpression') {
    const given = Array.isArray(node['arguments']) ? node['arguments'].length : 0
    const isNow = node.type === 'CallExpression' || given === 0
    return nameOf(node['callee']) === 'Date' && isNow ? 'new Date()' : undefined
  }
  if (node.type === 'VariableDeclarator') {
    const whole = nameOf(node['init'])
    return whole === 'Math' || whole === 'Date' ? `a part of ${whole}` : undefined
  }
  const name = nameOf(node)
  return name !== undefined && impureNames.has(name) && isUse(node, parent) ? name : undefined
}

function isEnvironment(node: Node, parent: Node | undefined): boolean {
  if (node.type === 'MemberExpression') {
    return (
      memberOf(node) === 'env' && /^process$/.test(nameOf(node['object']) ?? memberOf(node['object']) ?? '')
    )
  }
  if (node.type === 'VariableDeclarator') return nameOf(node['init']) === 'process'
  const fromProcess = node.type === 'ImportDeclaration' && /^(node:)?process$/.test(textOf(node['source']))
  return fromProcess || (nameOf(node) === 'process' && parent?.type === 'SpreadElement')
}

/** Whether the identifier is a value, and not the name of a property, a key or a type member. */
function isUse(node: Node, parent: Node | undefined): boolean {
  if (parent === undefined) return true
  const isProperty =
    parent.type === 'MemberExpression' && parent['property'] === node && parent['computed'] !== true
  const isKey = 'key' in parent && parent['key'] === node && parent['shorthand'] !== true
  return !isProperty && !isKey && !parent.type.startsWith('TS')
}

function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' && typeof node['name'] === 'string'
    ? node['name']
    : undefined
}

function memberOf(node: unknown): string | undefined {
  if (!isNode(node) || node.type !== 'MemberExpression') return undefined
  if (node['computed'] !== true) return nameOf(node['property'])
  const value = isNode(node['property']) ? node['property']['value'] : undefined
  return typeof value === 'string' ? value : undefined
}
