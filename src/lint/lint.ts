import type { Policy } from '../engine/model/policy.ts'
import { nearest } from './facts/nearest.ts'
import type { Finding } from './model/finding.ts'
import type { Manifest, ReadPolicyResult } from './model/manifest.ts'
import type { LintReport } from './model/report.ts'
import type { FileRule, LeastErrors, Spotted, Surroundings } from './model/rule.ts'
import { type FileText, readManifests } from './reading/read-manifests.ts'
import { rules } from './rules/rules.ts'
import { unreadable } from './rules/files/unreadable.ts'
import { unrendered } from './rules/files/unrendered.ts'

export interface LintOptions {
  /** Reads policies, each with what it extends. */
  readonly readPolicies: (policies: readonly Manifest[]) => Promise<ReadonlyMap<Manifest, ReadPolicyResult>>
  /** A bundled policy. */
  readonly bundledPolicy: (name: string) => Policy | undefined
  /** Where the traffic of the service is known. */
  readonly leastErrors?: LeastErrors
}

/** Reads the files and gives what every rule finds in them, file by file and line by line. */
export async function lint(
  files: readonly FileText[],
  { readPolicies, bundledPolicy, ...more }: LintOptions,
): Promise<LintReport> {
  const findings: Finding[] = []
  const found: Manifest[] = []
  let patches = 0
  for (const file of files) {
    const contents = readManifests(file)
    patches += contents.patches.length
    findings.push(...toFindings(unreadable, contents.unreadable, file.file))
    findings.push(...toFindings(unrendered, contents.templates, file.file))
    found.push(...contents.manifests)
  }
  const read = await readPolicies(found.filter(({ kind }) => kind === 'Policy'))
  const manifests = found.map((each) => {
    const policy = read.get(each)
    return policy === undefined ? each : { ...each, policy }
  })
  const policyNamed = (name: string, near: Manifest): Policy | undefined => {
    const own = manifests.filter((each) => each.kind === 'Policy' && each.name === name)
    return own.length === 0 ? bundledPolicy(name) : nearest(own, near)?.policy?.policy
  }
  findings.push(...checkAll({ manifests, policyNamed, ...more }))
  const order = new Map(files.map(({ file }, index) => [file, index]))
  return {
    findings: unique(findings).toSorted(
      (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line || a.column - b.column,
    ),
    files: files.length,
    objects: manifests.length,
    patches,
  }
}

const checkAll = (surroundings: Surroundings): readonly Finding[] =>
  surroundings.manifests.flatMap((manifest) =>
    rules
      .filter(({ kinds }) => kinds.includes(manifest.kind))
      .flatMap((rule) =>
        toFindings(rule, rule.check(manifest, surroundings), manifest.file, objectOf(manifest)),
      ),
  )

const objectOf = ({ kind, name }: Manifest): string => `${kind} ${name}`.trim()

const toFindings = (
  { name, severity }: Pick<FileRule, 'name' | 'severity'>,
  spotted: readonly Spotted[],
  file: string,
  object = '',
): readonly Finding[] =>
  spotted.map(({ at: { place }, message }) => ({
    rule: name,
    severity,
    file,
    line: place.line,
    column: place.column,
    object,
    message,
  }))

/** An anchor that is used in several places has one mistake, not several. */
const unique = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values(),
]
