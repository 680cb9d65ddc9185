import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createClient } from '../../../src/sources/prometheus/client/client.ts'
import { settingsOf } from './stub-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'canary-judge-tls-'))
const made = makeCertificate()

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(made === undefined)('a source over TLS (needs openssl)', () => {
  test('instant() trusts the given authority and shows our certificate, and refuses strangers', async () => {
    const { cert, key } = made ?? { cert: '', key: '' }
    const shown: boolean[] = []
    const server = createServer(
      { cert, key, ca: cert, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        shown.push('authorized' in request.socket && request.socket.authorized === true)
        response.end('{"status":"success","data":{"resultType":"vector","result":[]}}')
      },
    )
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve())
    })
    const address = server.address()
    const url = `https://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`
    const tls = { ca: cert, cert, key: { reveal: () => key } }
    const trusting = createClient({ settings: settingsOf(url, { tls }) })
    expect((await trusting.instant('x', 1, AbortSignal.timeout(5000))).series).toEqual([])
    expect(shown).toEqual([true])
    const strange = createClient({ settings: settingsOf(url) })
    await expect(strange.instant('x', 1, AbortSignal.timeout(5000))).rejects.toMatchObject({
      kind: 'source-down',
    })
    expect(shown).toHaveLength(1)
    trusting.close()
    strange.close()
    server.close()
    server.closeAllConnections()
  })
})

function makeCertificate(): { readonly cert: string; readonly key: string } | undefined {
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  try {
    execFileSync(
      'openssl',
      ['req', '-x509', ...curve, '-days', '2', ...subject, '-keyout', keyFile, '-out', certFile],
      {
        stdio: 'ignore',
      },
    )
  } catch {
    return undefined
  }
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
}
