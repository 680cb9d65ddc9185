/** Says how the folders of one controller are rendered. */
export interface Rendering {
  /** The folders with which each component is tried. */
  readonly hosts: readonly string[]
  /** Folders that have nothing to apply. */
  readonly without: readonly string[]
  /** Folders that are parts of others, and need no page of their own. */
  readonly parts: readonly string[]
}

export const argoRendering: Rendering = {
  hosts: ['istio-host', 'no-router'],
  without: [],
  parts: ['base', 'blue-green/watch', 'stages/fast', 'stages/slow', 'stages/soak'].map(
    (folder) => `rollouts/argo/${folder}`,
  ),
}

export const flaggerRendering: Rendering = {
  hosts: ['istio', 'nginx'],
  without: ['rollouts/flagger/same-metadata'],
  parts: ['base', 'stages/fast', 'stages/slow', 'stages/soak'].map((folder) => `rollouts/flagger/${folder}`),
}
