import { escapeRegex } from '../queries/matcher.ts'

/** The characters in random suffixes and template hashes of Kubernetes. */
const ALPHABET = '[bcdfghjklmnpqrstvwxz2456789]'
/** Longer names are cut before their random suffix (63 − 5). */
const LONGEST_BASE = 58
const LONGEST_HASH = 10

export type WorkloadKind = 'deployment' | 'daemonset'

/** A pattern for the pods of a workload, or of one revision where its hash is given. RE2 and JavaScript read it alike. */
export function podPattern(
  workload: string,
  options: { readonly hash?: string; readonly kind?: WorkloadKind } = {},
): string {
  const suffix = `${ALPHABET}{5}`
  if (options.hash !== undefined) return base(`${workload}-${options.hash}-`) + suffix
  const daemonSet = base(`${workload}-`) + suffix
  const deployment = `${deploymentBase(workload)}${suffix}`
  if (options.kind === 'daemonset') return daemonSet
  if (options.kind === 'deployment') return deployment
  return `${daemonSet}|${deployment}`
}

/** The template hash in the name of a workload's pod. Undefined for other pods, and where the name may be cut. */
export function revisionOfPod(pod: string, workload: string): string | undefined {
  if (!pod.startsWith(`${workload}-`) || pod.length - 5 >= LONGEST_BASE) return undefined
  return hashAndSuffix.exec(pod.slice(workload.length + 1))?.[1]
}

const hashAndSuffix = new RegExp(`^(${ALPHABET}{1,${LONGEST_HASH}})-${ALPHABET}{5}$`)

/** Whether the names are so long that the part which differs between revisions is cut off. */
export function sameAfterCut(a: string, b: string): boolean {
  return `${a}-`.slice(0, LONGEST_BASE) === `${b}-`.slice(0, LONGEST_BASE)
}

function base(text: string): string {
  return escapeRegex(text.slice(0, LONGEST_BASE))
}

function deploymentBase(workload: string): string {
  const room = LONGEST_BASE - workload.length - 1
  if (room <= 0) return base(`${workload}-`)
  if (room > LONGEST_HASH) return `${escapeRegex(workload)}-${ALPHABET}{1,${LONGEST_HASH}}-`
  // a hash that needs all the room is cut together with the dash after it
  const whole = room > 1 ? `${ALPHABET}{1,${room - 1}}-|` : ''
  return `${escapeRegex(workload)}-(?:${whole}${ALPHABET}{${room}})`
}
