import { AppError } from '../errors.ts'

export type StoreUrl =
  { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres'; readonly url: string }

/** Its errors never repeat the address, because it may contain a password. */
export const parseStoreUrl = (url: string): StoreUrl => {
  const sqlite = /^sqlite:(?:\/\/)?(?<path>.+)$/su.exec(url)?.groups?.['path']
  if (sqlite !== undefined && !sqlite.includes('\u0000')) return { kind: 'sqlite', path: sqlite }
  if (/^postgres(?:ql)?:\/\//u.test(url) && URL.canParse(url)) return { kind: 'postgres', url }
  throw new AppError(
    'bad-request',
    'expected a store address "sqlite:PATH", "sqlite::memory:" or "postgres://…", got something else',
  )
}
