import { z } from 'zod'
import { AppError } from '../../errors.ts'

/** Annotation of the Deployment `<app>-stable` of the first app: the whole state of a release. */
export const releaseKey = 'canary-judge/release'
/** Annotation of the Deployments `<app>-stable` of the other apps during a release: the name of the first app. */
export const withKey = 'canary-judge/release-with'
/** Annotation of a canary: the start of the release for which it was created. */
export const startedKey = 'canary-judge/started'

const appSchema = z.strictObject({
  name: z.string(),
  container: z.string(),
  /** Images and versions before and after. */
  from: z.string(),
  to: z.string(),
  fromVersion: z.string(),
  toVersion: z.string(),
  /** The number of stable's pods when the release began, and again at its end. */
  replicas: z.number(),
})

const releaseSchema = z.strictObject({
  apps: z.array(appSchema).min(1).readonly(),
  stages: z.array(z.number()).min(1).readonly(),
  stage: z.number(),
  /** `undoing` brings the apps that were already promoted back, before `rolling-back`. */
  phase: z.enum(['shifting', 'promoting', 'promoted', 'undoing', 'rolling-back', 'rolled-back']),
  /** Whether Ingresses `<app>-canary` of ingress-nginx hold the weight; otherwise the numbers of replicas do. */
  nginx: z.boolean(),
  started: z.string(),
  /** Who made the last change of phase or stage. */
  who: z.string(),
  when: z.string(),
  why: z.string(),
})

export type ReleaseApp = z.output<typeof appSchema>
export type Release = Readonly<z.output<typeof releaseSchema>>

export const isOver = ({ phase }: Release): boolean => phase === 'promoted' || phase === 'rolled-back'

export function parseRelease(text: string, deployment: string): Release {
  try {
    return releaseSchema.parse(JSON.parse(text))
  } catch (error) {
    const message = `deployment/${deployment}: expected a release in the annotation ${releaseKey}, got something else`
    throw new AppError('bad-request', message, { cause: error })
  }
}

/** How many pods each arm of an app has at a weight; together at least as many as stable had before. */
export function podsAt(
  { replicas }: ReleaseApp,
  weight: number,
  nginx: boolean,
): { canary: number; stable: number } {
  const canary = Math.max(1, Math.round((replicas * weight) / 100))
  return { canary, stable: nginx ? replicas : Math.max(1, replicas - canary) }
}

/** The version of an image: its tag, or the beginning of its digest, as the value of a label. */
export function versionOf(image: string): string {
  const digest = /@\w+:([0-9a-f]{12})/.exec(image)?.[1]
  const tag = /:([\w][\w.-]{0,127})$/.exec(image)?.[1]
  return (digest ?? tag ?? 'latest')
    .slice(0, 63)
    .replace(/(?<![^A-Za-z0-9])[^A-Za-z0-9]+$/, '')
    .replace(/^[^A-Za-z0-9]+/, '')
}
