import { describe, expect, test } from 'vitest'
import type { VerdictStore } from '../../src/judge/ports/ports.ts'

export const sharedKeyContract = (store: () => VerdictStore): void => {
  describe('the shared key', () => {
    test('sharedKey() gives all racing callers the same 32 bytes, and later ones too', async () => {
      const keys = await Promise.all(Array.from({ length: 10 }, () => store().sharedKey()))
      expect(new Set([...keys, await store().sharedKey()]).size).toBe(1)
      expect(Buffer.from(keys[0] ?? '', 'base64url')).toHaveLength(32)
    })
  })
}
