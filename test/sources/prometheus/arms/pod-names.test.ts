import { describe, expect, test } from 'vitest'
import { podPattern, sameAfterCut, revisionOfPod } from '../../../../src/sources/prometheus/arms/pod-names.ts'

const matches = (pattern: string, name: string): boolean => new RegExp(`^(?:${pattern})$`).test(name)

describe('podPattern', () => {
  test.each([
    ['web-7d9f4b5c6-x7k2p', true],
    ['web-7d9f4b5c6-x7k2', false],
    ['web-5c6b8d7f4-x7k2p', false],
    ['web-api-7d9f4b5c6-x7k2p', false],
    ['web-x7k2p', false],
    ['my-web-7d9f4b5c6-x7k2p', false],
    ['web-7d9f4b5c6-agent', false],
  ])('podPattern("web", {hash}) on %s is %s', (name, expected) => {
    expect(matches(podPattern('web', { hash: '7d9f4b5c6' }), name)).toBe(expected)
  })

  test.each([
    ['web-7d9f4b5c6-x7k2p', true],
    ['web-x7k2p', true],
    ['web-primary-7d9f4b5c6-x7k2p', false],
    ['web-primary-x7k2p', false],
    ['web-api-7d9f4b5c6-x7k2p', false],
    ['web-agent-x7k2p', false],
    ['xweb-x7k2p', false],
  ])('podPattern("web") on %s is %s', (name, expected) => {
    expect(matches(podPattern('web'), name)).toBe(expected)
  })

  test('podPattern(workload, {kind}) keeps a workload that looks like a hash apart', () => {
    expect(matches(podPattern('web', { kind: 'daemonset' }), 'web-bcd-x7k2p')).toBe(false)
    expect(matches(podPattern('web', { kind: 'deployment' }), 'web-bcd-x7k2p')).toBe(true)
    expect(matches(podPattern('web', { kind: 'deployment' }), 'web-x7k2p')).toBe(false)
  })

  test.each([44, 46, 47, 48, 54, 56, 57, 58, 63])(
    'podPattern(name of %d) matches names cut before the suffix',
    (length) => {
      const workload = 'w'.repeat(length)
      const cut = (hash: string): string => `${`${workload}-${hash}-`.slice(0, 58)}x7k2p`
      for (const hash of ['7d9f4b5c64', '7d9f4', 'b']) {
        expect(matches(podPattern(workload), cut(hash))).toBe(true)
        expect(matches(podPattern(workload, { hash }), cut(hash))).toBe(true)
      }
    },
  )

  test('podPattern(workload) takes the name literally', () => {
    expect(matches(podPattern('w.b'), 'wab-x7k2p')).toBe(false)
  })
})

test('sameAfterCut(a, b) holds when the difference is cut off', () => {
  expect(sameAfterCut('web', 'web-primary')).toBe(false)
  expect(sameAfterCut('w'.repeat(60), `${'w'.repeat(60)}-primary`)).toBe(true)
})

test.each([
  ['web-5c6b8d7f4-x7k2p', '5c6b8d7f4'],
  ['web-x7k2p', undefined],
  ['web-api-5c6b8d7f4-x7k2p', undefined],
  ['ingress-nginx-5c6b8d7f4-x7k2p', undefined],
  ['web', undefined],
  ['', undefined],
])('revisionOfPod() of %j for the workload web is %j', (pod, revision) => {
  expect(revisionOfPod(pod, 'web')).toBe(revision)
})

test('revisionOfPod() tells nothing of a name that may be cut', () => {
  const workload = 'w'.repeat(50)
  expect(revisionOfPod(`${workload}-5c6b8d-x7k2p`, workload)).toBeUndefined()
  expect(revisionOfPod(`${workload.slice(1)}-5c6b8d-x7k2p`, workload.slice(1))).toBe('5c6b8d')
})
