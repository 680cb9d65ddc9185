import type { FileRule } from '../../model/rule.ts'

export const unreadable: FileRule = {
  name: 'unreadable',
  severity: 'error',
  finds: 'a document that is not YAML, or that is nested too deeply to be read',
  why: 'The API server would refuse it, and no other rule can look into it.',
  mend: 'Correct the place that the message names.',
}
