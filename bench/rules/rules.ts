import { engine, engineArmsOnly } from './engine.ts'
import { kayenta } from './kayenta.ts'
import { peekedZ } from './peeked-z.ts'
import { pipecd } from './pipecd.ts'
import type { Rule } from './rule.ts'
import { staticThresholds } from './static-thresholds.ts'

export interface NamedRule {
  readonly name: string
  readonly title: string
  readonly rule: Rule
}

export const rules: readonly NamedRule[] = [
  { name: 'engine', title: 'canary-judge', rule: engine },
  { name: 'engine-arms', title: 'canary-judge, no pod labels', rule: engineArmsOnly },
  { name: 'kayenta', title: 'Kayenta rule', rule: kayenta(false) },
  { name: 'kayenta-memory', title: 'Kayenta rule with memory', rule: kayenta(true) },
  { name: 'pipecd', title: 'PipeCD rule', rule: pipecd },
  { name: 'static-flagger-5', title: 'thresholds, Flagger 5', rule: staticThresholds(4) },
  { name: 'static-argo-3', title: 'thresholds, Argo limit 3', rule: staticThresholds(3) },
  { name: 'static-argo-0', title: 'thresholds, Argo limit 0', rule: staticThresholds(0) },
  { name: 'peeked-z', title: 'z-tests every minute', rule: peekedZ },
]
