import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { FileReader } from './read-files.ts'
import { createSecret, type Secret } from './secret.ts'
import type { WrittenSecret } from './secret-schema.ts'
import type { WrittenSource } from './source-schema.ts'

export type SourceAuth =
  | { readonly kind: 'bearer'; readonly token: Secret }
  | { readonly kind: 'basic'; readonly username: string; readonly password: Secret }

export interface SourceTls {
  /** PEM. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: Secret
  readonly serverName?: string
}

export interface SourceConfig {
  readonly type?: string
  /** Without a slash at its end; requests append /api/v1/…. */
  readonly url: string
  readonly headers: Readonly<Record<string, Secret>>
  readonly auth?: SourceAuth
  readonly tls?: SourceTls
  readonly timeoutMs: number
}

/** Reads the files of a source; mistakes go to the reader. */
export async function resolveSource(
  place: string,
  written: WrittenSource,
  reader: FileReader,
): Promise<SourceConfig> {
  const headers = await Promise.all(
    Object.entries(written.headers).map(
      async ([name, value]) => [name, await headerValue(`${place}.headers.${name}`, value, reader)] as const,
    ),
  )
  const auth = await resolveAuth(`${place}.auth`, written, reader)
  const tls = await resolveTls(`${place}.tls`, written.tls, reader)
  return {
    ...(written.type !== undefined && { type: written.type }),
    url: `${written.url.replace(/(?<!\/)\/+$/, '')}${written.prefix.replace(/(?<!\/)\/+$/, '')}`,
    headers: Object.fromEntries(headers),
    ...(auth && { auth }),
    ...(tls && { tls }),
    timeoutMs: written.timeout * 1000,
  }
}

export async function resolveSecret(
  place: string,
  written: WrittenSecret,
  reader: FileReader,
): Promise<Secret> {
  if (typeof written === 'string') return createSecret(written)
  return createSecret((await reader.read(`${place}.file`, written.file)) ?? '')
}

async function headerValue(place: string, written: WrittenSecret, reader: FileReader): Promise<Secret> {
  const secret = await resolveSecret(place, written, reader)
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(secret.reveal())) {
    reader.mistakes.push(`${place}: expected the value of a header, got control or other special characters`)
  }
  return secret
}

async function resolveAuth(
  place: string,
  { auth }: WrittenSource,
  reader: FileReader,
): Promise<SourceAuth | undefined> {
  if (auth?.bearer !== undefined) {
    return { kind: 'bearer', token: await headerValue(`${place}.bearer`, auth.bearer, reader) }
  }
  if (auth?.basic === undefined) return undefined
  const { username, password } = auth.basic
  return {
    kind: 'basic',
    username,
    password: await resolveSecret(`${place}.basic.password`, password, reader),
  }
}

/** Reads the files of a key pair of a client or a server; mistakes go to the reader. */
export async function resolveTls(
  place: string,
  tls: WrittenSource['tls'],
  reader: FileReader,
  names: { readonly ca?: string } = {},
): Promise<SourceTls | undefined> {
  if (tls === undefined) return undefined
  const pem = async (key: 'ca' | 'cert' | 'key'): Promise<string | undefined> => {
    const path = tls[key]
    const at = `${place}.${(key === 'ca' ? names.ca : undefined) ?? key}`
    const text = path === undefined ? undefined : await reader.read(at, path)
    if (text === undefined || isPem(key, text)) return text
    const expected = key === 'key' ? 'a private key' : 'a certificate'
    reader.mistakes.push(`${at}: expected ${expected} in PEM, got something else`)
    return undefined
  }
  const [ca, cert, key] = await Promise.all([pem('ca'), pem('cert'), pem('key')])
  if (
    cert !== undefined &&
    key !== undefined &&
    !new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
  ) {
    reader.mistakes.push(`${place}.key: expected the private key of cert, got another one`)
  }
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key: createSecret(key) }),
    ...(tls.serverName !== undefined && { serverName: tls.serverName }),
  }
}

function isPem(kind: 'ca' | 'cert' | 'key', text: string): boolean {
  try {
    return (kind === 'key' ? createPrivateKey(text) : new X509Certificate(text)) !== undefined
  } catch {
    return false
  }
}
