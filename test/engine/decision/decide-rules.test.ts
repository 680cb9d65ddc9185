import { describe, expect, it } from 'vitest'
import { decidePath } from '../../../src/engine/decision/decide-path.ts'
import { rolloutPlan } from '../../../src/engine/model/rollout-plan.ts'
import { answers, lookAt, named, runOf, T } from './decide-run.ts'
import { from } from '../made/made-run.ts'

describe('decidePath and the policy', () => {
  it.each([
    ['onInconclusive', {}, undefined],
    ['onNoData', { canaryPods: from(0, 0) }, undefined],
    ['onSourceDown', {}, 'down'],
  ] as const)('answers with %s from the gate on, until the next step begins', (rule, other, obstacle) => {
    const made = {
      policy: named({ [rule]: 'proceed' }),
      ...other,
      ...(obstacle === undefined ? {} : { obstacle }),
    }
    expect(answers(made)).toBe('iiiiipiiiiip')
    expect(lookAt(made, 5).rule).toEqual({ rule, outcome: 'pass', held: false })
    const failing = { ...made, policy: named({ [rule]: 'fail' }) }
    expect(answers(failing)).toBe('iiiiifffffff')
    expect(lookAt(failing, 11).failedByRule).toEqual({ rule, outcome: 'fail', held: false })
  })

  it('does not blame the source for a metric that is missing, or for one that is not required', () => {
    const policy = named({ onSourceDown: 'fail', onInconclusive: 'proceed' })
    expect(lookAt({ policy, obstacle: 'missing' }, 5).rule?.rule).toBe('onInconclusive')
    const run = runOf({ policy, obstacle: 'down' })
    const optional = run.obstacles.map(({ metric, reason }) => ({
      metric: { ...metric, required: false },
      reason,
    }))
    expect(decidePath({ ...run, obstacles: optional })[5]?.rule?.rule).toBe('onInconclusive')
    expect(decidePath(run)[5]?.rule?.rule).toBe('onSourceDown')
  })

  it('holds for as long as the policy says, then does what it says', () => {
    const long = [{ slice: 0, ends: 4, weight: 25, next: 100 }]
    const held = (then: string, made: Parameters<typeof runOf>[0] = {}): string => {
      const policy = named({ hold: { for: '3m', then } })
      const run = runOf({ ...made, policy })
      const recording = { ...run.recording, steps: long }
      return decidePath({ ...run, recording, plan: rolloutPlan(recording, T) })
        .map(
          ({ verdict, rule }) =>
            `${verdict.charAt(0)}${rule?.held === true ? '.' : rule?.rule === 'hold' ? '!' : ''}`,
        )
        .join('')
    }
    expect(held('ask')).toBe('iiii.i.i.i!i!i!i!i!i!')
    expect(held('proceed')).toBe('iiii.i.i.p!p!p!p!p!p!')
    expect(held('fail')).toBe('iiii.i.i.f!f!f!f!f!f!')
    // a hold does not pass a canary that had no data
    expect(held('proceed', { canaryPods: from(0, 0) })).toBe('iiii.i.i.i!i!i!i!i!i!')
    expect(held('fail', { canaryPods: from(0, 0) })).toBe('iiii.i.i.f!f!f!f!f!f!')
    expect(held('proceed', { canaryPods: from(9, 1, 0) })).toBe('iiii.i.i.i!i!i!p!p!p!')
  })

  it('only observes: inconclusive until the planned end of each step, whatever is judged, then pass', () => {
    const policy = named({ mode: 'observe', step: '5m' })
    for (const judged of [{ harm: from(4, 41) }, { pass: from(0, 101) }, { pass: from(0, 1) }]) {
      expect(answers({ ...judged, policy })).toBe('iiiiipiiiiip')
      const { recording: planned, ...run } = runOf({ ...judged, policy })
      const { steps: _, ...recording } = planned
      const looks = decidePath({ ...run, recording, plan: rolloutPlan(recording, T) })
      expect(looks.map(({ verdict }) => verdict.charAt(0)).join('')).toBe('iiiipppppppp')
    }
  })

  it('answers by mode and approval', () => {
    const harm = from(4, 41)
    expect(answers({ harm, policy: named({ mode: 'pause' }) })).toBe('iiiiiiiiiiii')
    expect(answers({ pass: from(0, 101), policy: named({ approval: 'manual' }) })).toBe('iiiiiiiiiiii')
    expect(answers({ pass: from(0, 101), policy: named({ approval: 'hybrid' }) })).toBe('iippppiipppp')
    expect(answers({ harm, policy: named({ approval: 'manual' }) })).toBe('iiiiffffffff')
    expect(answers({ policy: named({ approval: 'manual', onInconclusive: 'proceed' }) })).toBe('iiiiiiiiiiii')
  })
})
