import { describe, expect, test } from 'vitest'
import { AppError } from '../../../src/errors.ts'
import { argoRequestSchema, toJudgeRequest } from '../../../src/callers/argo/request.ts'
import { checkInput } from '../../../src/http/request/check-input.ts'

const base = { namespace: 'shop', name: 'web', canaryHash: '6d5f', stableHash: '7c9b' }
const ask = (more: object = {}) => toJudgeRequest(checkInput(argoRequestSchema, { ...base, ...more }, 'body'))

const refusal = (more: object): AppError => {
  try {
    ask(more)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('expected a refusal')
}

const asked = {
  caller: 'argo',
  namespace: 'shop',
  name: 'web',
  revision: '6d5f',
  stableRevision: '7c9b',
}

describe('toJudgeRequest(what an AnalysisTemplate sends)', () => {
  test('takes names and hashes alone', () => {
    expect(ask()).toEqual(asked)
  })

  test('reads numbers from strings, and counts steps from 1', () => {
    const step = { step: '2', of: '3', weight: '25', next: '50', minutes: '10.5', looks: '15' }
    const numbers = { index: 1, of: 3, weight: 25, next: 50, minutes: 10.5, looks: 15 }
    expect(ask(step)).toEqual({ ...asked, step: numbers })
  })

  test('reads numbers that are numbers, as a literal in the template is', () => {
    expect(ask({ step: 1, weight: 0 })).toEqual({ ...asked, step: { index: 0, weight: 0 } })
  })

  test('reads a plan and the place in it, for which of and next are not needed', () => {
    const plan = { index: '3', steps: '5, 25,50', weight: '25', minutes: '10', looks: '24', step: '', of: '' }
    const planned = { callerIndex: 3, weights: [5, 25, 50], weight: 25, minutes: 10, looks: 24 }
    expect(ask(plan)).toEqual({ ...asked, planned })
    const { weight: _, ...withoutWeight } = planned
    expect(ask({ ...plan, weight: '' })).toEqual({ ...asked, planned: withoutWeight })
  })

  test('goes by a step that is named, whatever plan the template has', () => {
    const step = { step: '1', of: '1', minutes: '30', index: '0', steps: '5,25,50' }
    expect(ask(step)).toEqual({ ...asked, step: { index: 0, of: 1, minutes: 30 } })
  })

  test('takes "" of every optional field as absent', () => {
    const optional = [
      'policy',
      'index',
      'steps',
      'step',
      'of',
      'weight',
      'next',
      'minutes',
      'looks',
      'selected',
      'start',
      'service',
      'port',
      'ingress',
    ]
    expect(ask(Object.fromEntries(optional.map((key) => [key, ''])))).toEqual(asked)
  })

  test('hands on how the requests of the canary are chosen', () => {
    expect(ask({ selected: 'header x-insider' })).toEqual({ ...asked, selected: 'header x-insider' })
  })

  test('takes the start with any offset', () => {
    expect(ask({ start: '2026-11-20T11:00:00+01:00' })).toEqual({
      ...asked,
      start: Date.parse('2026-11-20T10:00:00Z'),
    })
  })

  test('hands on what presets and selections ask for, and the policy', () => {
    const fields = {
      target: 'web-v2',
      service: 'web',
      canaryService: 'web-c',
      stableService: 'web-s',
      canaryVersion: 'v2',
      stableVersion: 'v1',
      port: '8080',
      ingress: 'front',
      provider: 'kubernetes',
      reporter: 'source',
    }
    expect(ask({ ...fields, policy: 'strict', params: { color: 'blue', none: '' } })).toEqual({
      ...asked,
      policy: 'strict',
      params: { ...fields, color: 'blue' },
    })
  })
})

describe('toJudgeRequest(what makes no sense) is 422', () => {
  test.each([
    ['canaryHash', { canaryHash: '' }, 'expected a pod template hash, got ""'],
    ['canaryHash', { canaryHash: ' \u00a0' }, 'expected a pod template hash, got ""'],
    ['stableHash', { stableHash: '' }, 'expected a pod template hash, got ""'],
    [
      'stableHash',
      { stableHash: '6d5f' },
      'expected another hash than that of the canary, got "6d5f" for both',
    ],
    [
      'stableHash',
      { stableHash: ' 6d5f ' },
      'expected another hash than that of the canary, got "6d5f" for both',
    ],
    ['step', { step: '4', of: '3' }, 'expected a step from 1 to 3, got 4'],
    ['step', { weight: '5' }, 'expected the number of the step that "weight" is for, got nothing'],
    ['steps', { index: '1' }, 'expected ascending weights such as "5,25,50" beside "index", got nothing'],
    [
      'index',
      { index: '', steps: '5,25', minutes: '10' },
      'expected the number of the step, from fieldRef status.currentStepIndex, got nothing',
    ],
    [
      'step',
      { index: '1', steps: '5,25', next: '25' },
      'expected the number of the step that "next" is for, got nothing',
    ],
    [
      'step',
      { step: '', minutes: '5' },
      'expected the number of the step that "minutes" is for, got nothing',
    ],
  ])('naming %s for %j', (path, body, message) => {
    expect(refusal(body)).toMatchObject({ code: 'unprocessable', issues: [{ path, message }] })
  })

  test('naming both hashes when both are empty', () => {
    const { issues } = refusal({ canaryHash: '', stableHash: '' })
    expect(issues.map(({ path }) => path)).toEqual(['canaryHash', 'stableHash'])
  })
})

describe('toJudgeRequest(what cannot be read) is 400', () => {
  const aNumber = 'expected a number such as "5" or "0.5"'
  test.each([
    ['weight', '-5', aNumber],
    ['weight', '5%', aNumber],
    ['weight', ' 5', aNumber],
    ['weight', '1e1', aNumber],
    ['weight', '.5', aNumber],
    ['weight', '5.', aNumber],
    ['weight', 'NaN', aNumber],
    ['weight', '0x10', aNumber],
    ['weight', '101', 'expected at most 100'],
    ['weight', -1, 'expected at least 0'],
    ['weight', null, 'expected'],
    ['weight', true, 'expected'],
    ['index', '1.5', 'expected a whole number'],
    ['steps', '25,5', 'expected ascending weights such as "5,25,50"'],
    ['steps', 'all', 'expected ascending weights such as "5,25,50"'],
    ['step', '0', 'expected at least 1'],
    ['step', '1.5', 'expected a whole number'],
    ['minutes', '0', 'expected at least 0.1'],
    ['start', 'yesterday', 'expected a time such as 2026-11-20T10:00:00Z'],
    ['namespace', '', 'expected at least 1 character'],
    ['name', 'a\nb', 'expected text without control characters'],
    ['canaryHash', 'a\u0000b', 'expected text without control characters'],
    ['canaryHash', 5, 'expected text, got 5, put it in quotes'],
    ['port', 8080, 'expected'],
    ['canaryhash', 'x', 'unknown key "canaryhash", did you mean canaryHash?'],
    ['wieght', '5', 'unknown key "wieght", did you mean weight?'],
    ['ingres', 'x', 'unknown key "ingres", did you mean ingress?'],
  ])('naming %s for %j', (path, value, message) => {
    const found = refusal({ step: '1', [path]: value })
    expect(found).toMatchObject({ code: 'bad-request', issues: [{ path }] })
    expect(found.issues[0]?.message).toContain(message)
  })

  test('naming params that are too many or no names', () => {
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`p${i}`, 'x']))
    expect(refusal({ params: many })).toMatchObject({ code: 'bad-request', issues: [{ path: 'params' }] })
    expect(refusal({ params: { 'a b': 'x', a: '\u0007' } })).toMatchObject({
      code: 'bad-request',
      issues: [
        {
          path: 'params["a b"]',
          message: 'expected a name of at most 63 letters, digits and underscores, got "a b"',
        },
        { path: 'params.a', message: 'expected text without control characters, got "\\u0007"' },
      ],
    })
  })
})
