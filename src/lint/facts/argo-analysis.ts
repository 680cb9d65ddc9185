import type { Manifest } from '../model/manifest.ts'
import type { Node } from '../model/node.ts'
import type { Surroundings } from '../model/rule.ts'
import { nearest } from './nearest.ts'
import { sameNamespace } from './same-namespace.ts'

/** A place in a Rollout that runs AnalysisTemplates. */
export interface Analysis {
  readonly at: Node
  readonly where: 'step' | 'background' | 'pre-promotion' | 'post-promotion' | 'experiment'
  /** Its args by name. */
  readonly args: ReadonlyMap<string, Node>
  /** Those of its templates that are among the files. */
  readonly templates: readonly Manifest[]
  /** Whether every template that it names is among the files. */
  readonly complete: boolean
}

/** The analysis at this node: of a step, or of the strategy itself. */
export function analysisAt(
  at: Node,
  where: Analysis['where'],
  rollout: Manifest,
  surroundings: Surroundings,
): Analysis {
  const named = where === 'experiment' ? [at] : at.at('templates').items()
  const found = named.map((each) => findTemplate(each, rollout, surroundings))
  const templates = found.filter((each) => each !== undefined)
  return {
    at,
    where,
    args: new Map(
      at
        .at('args')
        .items()
        .map((arg) => [arg.at('name').text ?? '', arg]),
    ),
    templates,
    complete: templates.length === named.length,
  }
}

function findTemplate(reference: Node, rollout: Manifest, { manifests }: Surroundings): Manifest | undefined {
  const name = reference.at('templateName').text
  const kind = reference.at('clusterScope').value === true ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate'
  const candidates = manifests.filter(
    (each) =>
      each.kind === kind &&
      each.name === name &&
      (kind === 'ClusterAnalysisTemplate' || sameNamespace(each, rollout)),
  )
  return nearest(candidates, rollout)
}

/** The text with every `{{args.x}}` replaced; undefined where one of them is only known in the cluster. */
function resolveText(text: string, template: Manifest, analysis?: Analysis): string | undefined {
  let known = true
  const filled = text.replaceAll(/\{\{\s*args\.([\w-]+)\s*\}\}/g, (_, name: string) => {
    const value = valueOfArg(name, template, analysis)
    if (value === undefined) known = false
    return value ?? ''
  })
  return known && !filled.includes('{{') ? filled : undefined
}

function valueOfArg(name: string, template: Manifest, analysis: Analysis | undefined): string | undefined {
  const given = analysis?.args.get(name)
  if (given !== undefined) return asText(given.at('value').value)
  return asText(declaredArg(name, template)?.at('value').value)
}

/** The arg as the template itself declares it. */
export const declaredArg = (name: string, { root }: Manifest): Node | undefined =>
  root
    .at('spec', 'args')
    .items()
    .find((arg) => arg.at('name').text === name)

const asText = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined

/** A field of a metric or of a request, resolved. */
export function resolved(node: Node, template: Manifest, analysis?: Analysis): string | undefined {
  const text = asText(node.value)
  return text === undefined ? undefined : resolveText(text, template, analysis)
}
