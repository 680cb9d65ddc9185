import { SourceError } from './source-error.ts'

export type Attempt<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: SourceError }

/** What a source fails at is a result; anything else is still thrown. */
export async function settle<T>(run: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await run() }
  } catch (error) {
    if (error instanceof SourceError) return { ok: false, error }
    throw error
  }
}
