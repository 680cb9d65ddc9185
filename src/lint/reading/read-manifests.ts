import type { Spotted } from '../model/rule.ts'
import { type Manifest, type ManifestKind, manifestKinds } from '../model/manifest.ts'
import type { Node } from '../model/node.ts'
import { parseDocument, type UnreadDocument } from './parse-document.ts'
import { policiesInConfigMap } from './policies-in-config-map.ts'
import { type DocumentText, splitDocuments } from './split-documents.ts'

export interface FileText {
  readonly file: string
  readonly text: string
  /** Whether a person named this very file; files of a folder may be about anything. */
  readonly named: boolean
}

export interface FileContents {
  readonly manifests: readonly Manifest[]
  /** Manifests without the parts that an object must have, such as patches of kustomize. */
  readonly patches: readonly Manifest[]
  readonly unreadable: readonly Spotted[]
  readonly templates: readonly Spotted[]
}

/** The manifests of a file; documents about other things are left out. */
export function readManifests({ file, text, named }: FileText): FileContents {
  const unreadable: Spotted[] = []
  const templates: Spotted[] = []
  const all: Manifest[] = []
  const refuse = ({ place, message, isTemplate }: UnreadDocument, { text: whole }: DocumentText): void => {
    const spotted = { at: { place }, message }
    if (!isTemplate) unreadable.push(spotted)
    else if (named || namesRollout(whole)) templates.push(spotted)
  }
  for (const document of documentsOf(text, named)) {
    const parsed = parseDocument(document)
    if (parsed.ok) {
      all.push(...manifestsIn(parsed.root, { file, text: atItsLines(document) }))
      for (const policy of policiesInConfigMap(parsed.root)) {
        const inner = parseDocument(policy)
        if (inner.ok) all.push(...manifestsIn(inner.root, { file, text: atItsLines(policy) }))
        else if (/^metrics:/m.test(policy.text)) refuse(inner, policy)
      }
    } else if (named || namesKind(document.text)) refuse(parsed, document)
  }
  const manifests = all.filter(isWhole)
  return { manifests, patches: all.filter((each) => !isWhole(each)), unreadable, templates }
}

/**
 * The documents that can hold a manifest. Others, such as large definitions, are not parsed, unless a person named the
 * file and there is nothing else in it.
 */
function documentsOf(text: string, named: boolean): readonly DocumentText[] {
  const all = splitDocuments(text)
  const found = all.filter(isOfInterest)
  return named && found.length === 0 ? all : found
}

const isOfInterest = ({ text }: DocumentText): boolean =>
  namesKind(text) ||
  /^(metrics|extends):/m.test(text) ||
  (/^kind: *["']?ConfigMap\b/m.test(text) && /\b(metrics|extends):/.test(text)) ||
  text.trimStart().startsWith('{')

/** The groups of the objects of Kubernetes. */
const groups: Readonly<Record<Exclude<ManifestKind, 'Policy'>, string>> = {
  Rollout: 'argoproj.io',
  AnalysisTemplate: 'argoproj.io',
  ClusterAnalysisTemplate: 'argoproj.io',
  Canary: 'flagger.app',
  MetricTemplate: 'flagger.app',
  Deployment: 'apps',
}

/** Before it is parsed: in the first column, or in a list of objects. */
const namesKind = (text: string): boolean =>
  /^kind: *["']?(Rollout|AnalysisTemplate|ClusterAnalysisTemplate|Canary|MetricTemplate|Deployment|\w{0,60}List)\b/m.test(
    text,
  )

/** Every chart has a Deployment; only those of a canary are worth a word. */
const namesRollout = (text: string): boolean => namesKind(text) && !/^kind: *["']?Deployment/m.test(text)

type Origin = Pick<Manifest, 'file' | 'text'>

const atItsLines = ({ text, linesBefore }: DocumentText): string => `${'\n'.repeat(linesBefore)}${text}`

function manifestsIn(root: Node, origin: Origin): readonly Manifest[] {
  const kind = root.at('kind').text
  if (kind !== undefined && /^\w{0,60}List$/.test(kind))
    return root
      .at('items')
      .items()
      .flatMap((item) => manifestsIn(item, origin))
  const found = kindOf(root, kind)
  if (found === undefined) return []
  const metadata = root.at('metadata')
  return [
    {
      kind: found,
      ...origin,
      name: (found === 'Policy' ? root.at('name') : metadata.at('name')).text ?? '',
      namespace: metadata.at('namespace').text ?? '',
      root,
    },
  ]
}

function kindOf(root: Node, kind: string | undefined): ManifestKind | undefined {
  if (kind === undefined) return isPolicy(root) ? 'Policy' : undefined
  const group = root.at('apiVersion').text?.split('/', 1)[0]
  const known = manifestKinds.find((each) => each === kind)
  return known !== undefined && known !== 'Policy' && groups[known] === group ? known : undefined
}

function isPolicy(root: Node): boolean {
  if (root.at('apiVersion').exists) return false
  if (root.at('extends').text !== undefined && root.at('name').text !== undefined) return true
  return root
    .at('metrics')
    .items()
    .some((metric) => metric.at('kind').exists)
}

function isWhole({ kind, root }: Manifest): boolean {
  const spec = root.at('spec')
  switch (kind) {
    case 'Rollout':
      return spec.at('strategy').exists && (spec.at('template').exists || spec.at('workloadRef').exists)
    case 'Canary':
      return spec.at('targetRef').exists && (spec.at('analysis').exists || spec.at('canaryAnalysis').exists)
    case 'Deployment':
      return spec.at('template', 'spec', 'containers').exists
    case 'AnalysisTemplate':
    case 'ClusterAnalysisTemplate':
      return spec.at('metrics').exists || spec.at('templates').exists
    case 'MetricTemplate':
      return spec.at('query').exists
    case 'Policy':
      return true
    default:
      return kind satisfies never
  }
}
