import type { Release } from './release.ts'

/** Annotations for people: `kubectl rollout history` shows the first, `kubectl describe` shows all. */
export function notes({ who, when, why }: Release, image: string): Readonly<Record<string, string>> {
  return {
    'kubernetes.io/change-cause': `${image} by ${who}${why === '' ? '' : `: ${why}`}`,
    'canary-judge/who': who,
    'canary-judge/when': when,
    'canary-judge/why': why,
  }
}
