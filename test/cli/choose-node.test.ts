import { describe, expect, it } from 'vitest'
import { chooseNode } from '../../src/cli/choose-node.ts'

describe('chooseNode', () => {
  it('chooseNode(24 or later) is this one, without looking for another', () => {
    const find = (): string => {
      throw new Error('looked')
    }
    expect(chooseNode('24.0.0', find)).toEqual({ kind: 'this' })
    expect(chooseNode('100.1.2', find)).toEqual({ kind: 'this' })
  })

  it('chooseNode(older) is the bundled one', () => {
    expect(chooseNode('20.20.2', () => '/x/node')).toEqual({ kind: 'other', path: '/x/node' })
  })

  it('chooseNode(older) without a bundled one says what to do', () => {
    const message = expect.stringMatching(/needs Node 24 or later, got 9\.0\.0; install it from/)
    expect(chooseNode('9.0.0', () => undefined)).toEqual({ kind: 'none', message })
  })
})
