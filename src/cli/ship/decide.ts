import { AppError } from '../../errors.ts'
import { imagesIn } from './begin-release.ts'
import type { Release } from './release.ts'

type Phase = Release['phase']

const goesBack = new Set<Phase>(['undoing', 'rolling-back', 'rolled-back'])

/** The release after a person's decision; unchanged where the decision was made before. */
export function decide(verb: 'promote' | 'rollback' | 'abort', release: Release, why: string): Release {
  const { phase } = release
  const moved = (to: Phase): Release => ({ ...release, phase: to, why })
  if (verb === 'promote') {
    if (phase === 'shifting') return moved('promoting')
    if (phase === 'promoting' || phase === 'promoted') return release
    throw refused('promote', release)
  }
  if (goesBack.has(phase)) return release
  if (phase === 'shifting') return moved('rolling-back')
  if (phase === 'promoting' || verb === 'rollback') return moved('undoing')
  throw refused('abort', release)
}

const refused = (verb: string, release: Release): AppError =>
  new AppError(
    'bad-request',
    `${verb}: expected a release that goes on, got one of ${imagesIn(release)} that is ${release.phase}`,
  )
