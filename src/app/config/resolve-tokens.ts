import { hash } from 'node:crypto'
import type { Role } from '../../http/auth/roles.ts'
import { checkTokenText } from './check-token-text.ts'
import type { ConfigFile } from './config-schema.ts'
import type { EnvironmentConfig } from './read-environment.ts'
import type { FileReader } from './read-files.ts'
import { isWeakHash } from './weak-hashes.ts'

export interface TokenConfig {
  readonly name: string
  readonly roles: readonly Role[]
  readonly namespaces?: readonly string[]
  readonly sha256: string
  /** SHA-256 fingerprint of the client certificate that the token needs: hex, upper case, with colons. */
  readonly certificate?: string
}

export async function resolveTokens(
  file: ConfigFile,
  env: EnvironmentConfig,
  reader: FileReader,
): Promise<readonly TokenConfig[]> {
  const fromFile = await Promise.all(
    file.tokens.map(async ({ file: path, sha256, certificate, ...rest }, index) => {
      const token = { ...rest, ...(certificate !== undefined && { certificate: toFingerprint(certificate) }) }
      if (path === undefined) return { ...token, sha256: (sha256 ?? '').toLowerCase() }
      const text = await reader.read(`tokens[${index}].file`, path)
      const weakness = text === undefined ? undefined : checkTokenText(text)
      if (weakness !== undefined) reader.mistakes.push(`tokens[${index}].file: ${weakness}`)
      return { ...token, sha256: hash('sha256', text ?? '') }
    }),
  )
  const tokens = [...env.tokens, ...fromFile]
  for (const { name, sha256 } of tokens) {
    if (isWeakHash(sha256)) {
      reader.mistakes.push(`tokens: expected a secret token for "${name}", got a word that anybody would try`)
    }
  }
  const names = tokens.map(({ name }) => name)
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index))) {
    reader.mistakes.push(`tokens: expected each name once, got "${name}" again`)
  }
  return tokens
}

/** Writes a fingerprint as Node writes those of certificates. */
const toFingerprint = (hex: string): string =>
  (hex.replaceAll(':', '').toUpperCase().match(/../g) ?? []).join(':')
