import type { Manifest } from '../model/manifest.ts'

type Placed = Pick<Manifest, 'namespace'>

/** Whether two objects can be in one namespace: an object that names none is in any. */
export const sameNamespace = (a: Placed, b: Placed): boolean =>
  a.namespace === '' || b.namespace === '' || a.namespace === b.namespace
