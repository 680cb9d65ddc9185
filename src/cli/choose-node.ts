export type NodeChoice =
  | { readonly kind: 'this' }
  | { readonly kind: 'other'; readonly path: string }
  | { readonly kind: 'none'; readonly message: string }

const needed = 24

/** Which Node to run on: this one, the one that was installed with the service, or none, with advice what to do. */
export function chooseNode(version: string, findBundled: () => string | undefined): NodeChoice {
  if (Number.parseInt(version, 10) >= needed) return { kind: 'this' }
  const path = findBundled()
  if (path !== undefined) return { kind: 'other', path }
  const message =
    `canary-judge needs Node ${needed} or later, got ${version}; ` +
    `install it from https://nodejs.org, or run npm install without --omit=optional to get it with the package`
  return { kind: 'none', message }
}
