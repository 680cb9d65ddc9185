import type { Place } from '../../formats/mistakes/locate.ts'
import type { Policy } from '../../engine/model/policy.ts'
import type { Severity } from './finding.ts'
import type { Manifest, ManifestKind } from './manifest.ts'

/** A mistake as a rule sees it. */
export interface Spotted {
  readonly at: { readonly place: Place }
  /** What is wrong here, with the names and numbers of the file; no period. */
  readonly message: string
}

/** What is read beside the manifest that a rule looks at. */
export interface Surroundings {
  readonly manifests: readonly Manifest[]
  /** The nearest policy of the files, or a bundled one. */
  readonly policyNamed: (name: string, near: Manifest) => Policy | undefined
  readonly leastErrors?: LeastErrors
}

export interface Rule {
  readonly name: string
  readonly severity: Severity
  readonly kinds: readonly ManifestKind[]
  /** What the rule finds, as a noun, for lists of rules. */
  readonly finds: string
  /** Why it matters, in one or two sentences. */
  readonly why: string
  /** How to mend it, in one or two sentences. */
  readonly mend: string
  check(manifest: Manifest, surroundings: Surroundings): readonly Spotted[]
}

/** A rule about files that cannot be read as manifests; the reader itself spots these. */
export type FileRule = Omit<Rule, 'check' | 'kinds'>

/**
 * The smallest ratio of errors that such stages show at the traffic of the service by this policy, and its text;
 * undefined where they show none.
 */
export type LeastErrors = (
  stages: { readonly weights: readonly number[]; readonly minutes: readonly number[] },
  policy: NamedPolicy | undefined,
) => { readonly times: number; readonly text: string } | undefined

/** The policy that a rollout names; undefined where the files do not have it, or it has mistakes. */
export interface NamedPolicy {
  readonly name: string
  readonly policy: Policy | undefined
}
