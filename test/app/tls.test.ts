import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PeerCertificate, TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../src/app/config/config.ts'
import { loopback, runApp } from '../support/service/run-app.ts'

const token = 'argo-token-0123456789'
let folder = ''

/** A self-signed certificate, in files of that name. */
function makeCertificate(name: string): void {
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
  const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)]
  const make = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2'.split(' ')
  execFileSync('openssl', [...make, ...subject, ...files])
}
const read = (name: string) => readFile(join(folder, name), 'utf8')

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-tls-'))
  for (const name of ['first', 'second', 'client', 'other']) makeCertificate(name)
  await writeFile(join(folder, 'token'), token)
})
afterAll(() => rm(folder, { recursive: true }))

interface Asked {
  readonly status: number | undefined
  readonly server: string | undefined
}

async function ask(port: number, client?: string): Promise<Asked> {
  const [cert, key] = client === undefined ? [] : [await read(`${client}.crt`), await read(`${client}.key`)]
  const { promise, resolve, reject } = Promise.withResolvers<Asked>()
  const call = request(
    {
      host: '127.0.0.1',
      port,
      path: '/v1/policies',
      agent: false,
      rejectUnauthorized: false,
      headers: { authorization: `Bearer ${token}` },
      ...(cert !== undefined && key !== undefined && { cert, key }),
    },
    (answer) => {
      answer.resume()
      resolve({ status: answer.statusCode, server: peer })
    },
  )
  let peer: string | undefined
  call.on('socket', (socket: TLSSocket) => {
    socket.once('secureConnect', () => {
      const certificate: PeerCertificate = socket.getPeerCertificate()
      peer = String(certificate.subject.CN)
    })
  })
  call.on('error', reject)
  call.end()
  return promise
}

const start = async (yaml: string) => {
  const env = { ...loopback, CANARY_JUDGE_CONFIG: join(folder, 'judge.yaml') }
  await writeFile(env.CANARY_JUDGE_CONFIG, yaml)
  const { files } = await readConfig(env)
  return runApp({ env, overrides: { files, readConfig: () => readConfig(env) } })
}

test('with tls the service speaks HTTPS, and takes a renewed certificate without a restart', async () => {
  await writeFile(join(folder, 'tls.crt'), await read('first.crt'))
  await writeFile(join(folder, 'tls.key'), await read('first.key'))
  await using running = await start(
    'tls: {cert: tls.crt, key: tls.key}\ntokens: [{name: argo, roles: [judge], file: token}]\n',
  )
  expect(await ask(running.port)).toEqual({ status: 200, server: 'first' })
  await writeFile(join(folder, 'tls.crt'), await read('second.crt'))
  await writeFile(join(folder, 'tls.key'), await read('second.key'))
  await running.app.reload()
  expect(await ask(running.port)).toEqual({ status: 200, server: 'second' })
})

test('with clientCa only clients with a certificate are served, and a bound token only with its own', async () => {
  await writeFile(join(folder, 'ca.crt'), `${await read('client.crt')}${await read('other.crt')}`)
  const { fingerprint256 } = new X509Certificate(await read('client.crt'))
  await using running = await start(
    `tls: {cert: first.crt, key: first.key, clientCa: ca.crt}\ntokens: [{name: argo, roles: [judge], file: token, certificate: "${fingerprint256.toLowerCase()}"}]\n`,
  )
  await expect(ask(running.port)).rejects.toThrow()
  expect((await ask(running.port, 'second').catch(() => ({ status: 0 }))).status).toBe(0)
  expect((await ask(running.port, 'other')).status).toBe(401)
  expect((await ask(running.port, 'client')).status).toBe(200)
})

test('a key that is not that of the certificate is a mistake', async () => {
  await expect(start('tls: {cert: first.crt, key: second.key}\n')).rejects.toMatchObject({
    mistakes: ['tls.key: expected the private key of cert, got another one'],
  })
})
