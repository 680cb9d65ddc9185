import { expect, test } from 'vitest'
import { adviceFor } from '../../../../src/sources/prometheus/diagnosis/diagnose.ts'
import { SourceError } from '../../../../src/sources/prometheus/client/source-error.ts'
import { sourceFor } from '../source-case.ts'
import { json, startStub, vector } from '../stub-server.ts'
import { diagnosed, found } from './case.ts'

test.each([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /set tls.ca or tls.serverName/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /set tls.ca or tls.serverName/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', /set tls.ca or tls.serverName/],
  ['EPROTO', /begins with https/],
  ['ECONNREFUSED', /^nothing listens there: check its url$/],
  ['ENOTFOUND', /^check the host name of its url$/],
  ['ETIMEDOUT', /^check whether it is up and reachable from here$/],
])('adviceFor() a connection that failed with %s', (code, advice) => {
  expect(adviceFor(new SourceError('source-down', `no connection to Prometheus (${code})`))).toMatch(advice)
})

test('adviceFor() an answer that came too late looks at the server', () => {
  expect(adviceFor(new SourceError('source-timeout', 'late'))).toMatch(/not overloaded$/)
})

test('diagnose() of https where only http is spoken says so', async () => {
  const stub = await startStub(json(200, vector()))
  const source = sourceFor(stub.url.replace('http:', 'https:'))
  const lines = found(await diagnosed(source, { namespace: 'shop', metrics: 'name: errors, kind: errors' }))
  await source.close()
  await stub.stop()
  expect(lines).toEqual([
    expect.stringMatching(/^error source-down: .*check whether its url begins with https$/),
  ])
})
