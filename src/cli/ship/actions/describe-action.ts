import type { Write } from './next-action.ts'

/** An action in words, for the progress output. */
export function describeAction(action: Write): string {
  switch (action.kind) {
    case 'record':
      return describeMoment(action)
    case 'join':
      return `${action.app}: join the release`
    case 'leave':
      return `${action.app}: leave the release`
    case 'deploy':
      return `${action.app.name}-canary: deploy ${action.app.to}, replicas ${action.replicas}`
    case 'scale':
      return `${action.deployment}: replicas ${action.from} → ${action.to}`
    case 'image':
      return `${action.app.name}-stable: image ${action.image}`
    case 'weight':
      return `${action.ingress}: canary-weight ${action.to}`
    default:
      return action satisfies never
  }
}

function describeMoment({ release }: Extract<Write, { kind: 'record' }>): string {
  const { phase, stage, stages, why } = release
  const place = phase === 'shifting' ? `stage ${stage + 1} of ${stages.length}: ${stages[stage]} %` : phase
  return why === '' ? place : `${place} (${why})`
}
