import { SourceError } from './source-error.ts'

export type Attempt<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: SourceError }

/** Turns a failure of the source into a result. Other errors are thrown. */
export async function settle<T>(run: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await run() }
  } catch (error) {
    if (error instanceof SourceError) return { ok: false, error }
    throw error
  }
}
