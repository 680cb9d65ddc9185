import { describe, expect, test } from 'vitest'
import { AppError } from '../../src/errors.ts'
import { SqliteError, SqliteThreadLost } from '../../src/store/databases/sqlite-thread.ts'
import { isConnectionLost, isTransient, toStoreError } from '../../src/store/store-error.ts'

const withCode = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code })

describe('toStoreError()', () => {
  test.each([
    ['an unknown run in SQLite', new SqliteError('x', 787), 'not-found'],
    ['an unknown run in PostgreSQL', withCode('23503'), 'not-found'],
    ['a second row in SQLite', new SqliteError('x', 2067), 'conflict'],
    ['a second row in PostgreSQL', withCode('23505'), 'conflict'],
    ['wrong SQL in SQLite', new SqliteError('x', 1), 'internal'],
    ['a value that SQLite cannot bind', new SqliteError('x'), 'internal'],
    ['wrong SQL in PostgreSQL', withCode('42601'), 'internal'],
    ['a right that was revoked', withCode('42501'), 'store-unavailable'],
    ['a table that is gone', withCode('42P01'), 'store-unavailable'],
    ['a full disk', new SqliteError('x', 13), 'store-unavailable'],
    ['a file that others hold', new SqliteError('x', 261), 'store-unavailable'],
    ['a lost thread', new SqliteThreadLost('x'), 'store-unavailable'],
    ['a refused connection', withCode('ECONNREFUSED'), 'store-unavailable'],
    ['a broken pipe', withCode('EPIPE'), 'store-unavailable'],
    ['a connection that was cut', new Error('Connection terminated unexpectedly'), 'store-unavailable'],
    ['a client timeout', new Error('Query read timeout'), 'store-unavailable'],
    ['several addresses refused', new AggregateError([withCode('ECONNREFUSED')]), 'store-unavailable'],
    ['a server shutting down', withCode('57P01'), 'store-unavailable'],
    ['too many connections', withCode('53300'), 'store-unavailable'],
    ['a deadlock', withCode('40P01'), 'store-unavailable'],
  ])('of %s is one of our codes', (_, error, code) => {
    const translated = toStoreError(error)
    expect(translated).toBeInstanceOf(AppError)
    expect(translated).toMatchObject({ code, cause: error })
  })

  test('leaves our own errors and bugs of ours as they are', () => {
    for (const error of [new AppError('conflict', 'x'), new TypeError('x is not a function'), 'text']) {
      expect(toStoreError(error)).toBe(error)
    }
  })

  test('says something where the failure does not', () => {
    expect(toStoreError(withCode('ECONNREFUSED', ''))).toMatchObject({
      message: 'the store is unavailable: ECONNREFUSED',
    })
    expect(toStoreError(new AggregateError([], ''))).toMatchObject({
      message: 'the store is unavailable: no reason given',
    })
  })
})

test('isTransient() is true where trying again at once has a chance', () => {
  const transient = [withCode('40P01'), withCode('57P01'), withCode('ECONNRESET'), new SqliteError('busy', 5)]
  for (const error of transient) expect(isTransient(error)).toBe(true)
  for (const error of [
    withCode('23505'),
    withCode('ECONNREFUSED'),
    new SqliteError('full', 13),
    new TypeError('x'),
  ]) {
    expect(isTransient(error)).toBe(false)
  }
})

test('isConnectionLost() is false only after an answer of the server that leaves the connection whole', () => {
  for (const error of [new Error('timeout'), withCode('57P01'), withCode('08006')]) {
    expect(isConnectionLost(error)).toBe(true)
  }
  for (const error of [withCode('23505'), withCode('57014')]) expect(isConnectionLost(error)).toBe(false)
})
