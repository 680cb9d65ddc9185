import type { Manifest } from '../model/manifest.ts'

/** Whether two objects can be in one namespace: an object that names none is in any. */
export const sameNamespace = (a: Manifest, b: Manifest): boolean =>
  a.namespace === '' || b.namespace === '' || a.namespace === b.namespace
