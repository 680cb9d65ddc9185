import { hash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { authenticate, authorize } from '../../../src/http/auth/authenticate.ts'
import { createTokenTable } from '../../../src/http/auth/token-table.ts'
import { mayTouch } from '../../../src/http/auth/caller.ts'
import { presentedToken } from '../../../src/http/auth/presented-token.ts'

const tokens = createTokenTable([
  { name: 'argo', roles: ['judge'], sha256: hash('sha256', 'argo-token-0123456789') },
  { name: 'ann', roles: ['decide'], namespaces: ['shop'], sha256: hash('sha256', 'ann:token:0123456789') },
])
const none = createTokenTable([], 'judge-and-read')
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

test('authenticate() knows a token as Bearer, and as the password of Basic with any user', () => {
  const argo = { name: 'argo', authenticated: true, roles: new Set(['judge']) }
  expect(authenticate(tokens, 'Bearer argo-token-0123456789')).toEqual(argo)
  expect(authenticate(tokens, 'bearer  argo-token-0123456789 ')).toEqual(argo)
  expect(authenticate(tokens, basic('whoever', 'argo-token-0123456789'))).toEqual(argo)
  expect(authenticate(tokens, basic('', 'argo-token-0123456789'))).toEqual(argo)
})

test('authenticate() takes colons in the password of Basic, and decide implies read', () => {
  expect(authenticate(tokens, basic('ann', 'ann:token:0123456789'))).toEqual({
    name: 'ann',
    authenticated: true,
    roles: new Set(['decide', 'read']),
    namespaces: ['shop'],
  })
})

test.each([
  undefined,
  '',
  'Bearer',
  'Bearer ',
  'Bearer wrong-token-0123456789',
  'Bearer argo-token-0123456789 x',
  'Digest argo-token-0123456789',
  'argo-token-0123456789',
  'Basic !!!!',
  basic('argo-token-0123456789', ''),
  `Bearer ${'x'.repeat(5000)}`,
])('authenticate() rejects %j as unauthenticated, never showing it', (header) => {
  expect(() => authenticate(tokens, header)).toThrow(
    expect.objectContaining({
      code: 'unauthenticated',
      message: expect.not.stringContaining('0123456789'),
    }),
  )
})

test('authenticate() lets everybody on the machine itself do all, whatever the header says', () => {
  const local = authenticate(createTokenTable([], 'all'), 'Bearer whatever')
  expect(local).toMatchObject({ name: 'anonymous', authenticated: false, local: true })
  authorize(local, ['decide'])
  authorize(local, ['large-recordings'])
})

test('authenticate() wants a token where no tokens are configured and nothing is allowed without', () => {
  expect(() => authenticate(createTokenTable([]), undefined)).toThrow(
    expect.objectContaining({ code: 'unauthenticated' }),
  )
})

test('authenticate() lets requests without a token judge and read, but not decide, where anonymous requests are allowed', () => {
  const anybody = authenticate(none, undefined)
  expect(() => authenticate(none, 'Bearer whatever')).toThrow(
    expect.objectContaining({ code: 'unauthenticated' }),
  )
  expect(anybody).toEqual({
    name: 'anonymous',
    authenticated: false,
    roles: new Set(['judge', 'read']),
  })
  authorize(anybody, ['judge'])
  expect(() => authorize(anybody, ['decide'])).toThrow(
    expect.objectContaining({
      code: 'forbidden',
      message: 'expected a token with role decide, got none',
    }),
  )
})

test('authorize() wants one of the roles', () => {
  const argo = authenticate(tokens, 'Bearer argo-token-0123456789')
  authorize(argo, ['read', 'judge'])
  expect(() => authorize(argo, ['read', 'decide'])).toThrow(
    expect.objectContaining({
      code: 'forbidden',
      message: 'expected a token with role read or decide, "argo" lacks it',
    }),
  )
})

test('mayTouch() keeps a limited token to its namespaces', () => {
  const ann = authenticate(tokens, 'Bearer ann:token:0123456789')
  expect(mayTouch(ann, 'shop')).toBe(true)
  expect(mayTouch(ann, 'bank')).toBe(false)
  expect(mayTouch(authenticate(none, undefined), 'bank')).toBe(true)
})

test('createTokenTable() finds exactly the configured tokens, whatever is presented', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (presented) => {
      expect(tokens.find(presented)).toBeUndefined()
    }),
  )
  expect([tokens.hasRole('read'), tokens.hasRole('judge'), none.hasRole('read')]).toEqual([true, true, false])
})

test('presentedToken() throws for no header whatsoever', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (header) => {
      expect(['string', 'undefined']).toContain(typeof presentedToken(header))
    }),
  )
})
