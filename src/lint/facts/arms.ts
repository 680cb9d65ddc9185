import type { Manifest } from '../model/manifest.ts'

/** Whether it is one of two Deployments, one for each arm, as `canary-judge ship` uses them. */
export const isArm = ({ kind, name }: Manifest): boolean =>
  kind === 'Deployment' && /.-(stable|canary)$/.test(name)
