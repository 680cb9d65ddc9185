import { expect, test } from 'vitest'
import { namespaceToList } from '../../../src/http/auth/namespace-access.ts'

const caller = (...namespaces: readonly string[]) => ({
  name: 'x',
  authenticated: true,
  roles: new Set<never>(),
  ...(namespaces.length > 0 && { namespaces }),
})

test('namespaceToList() asks a token for several namespaces which one is meant', () => {
  expect(namespaceToList(caller(), undefined)).toBeUndefined()
  expect(namespaceToList(caller(), 'any')).toBe('any')
  expect(namespaceToList(caller('a'), undefined)).toBe('a')
  expect(namespaceToList(caller('a', 'b'), 'b')).toBe('b')
  expect(() => namespaceToList(caller('a', 'b'), undefined)).toThrow(
    expect.objectContaining({
      code: 'bad-request',
      message: 'invalid query: namespace: expected one of a, b, got nothing',
    }),
  )
})
