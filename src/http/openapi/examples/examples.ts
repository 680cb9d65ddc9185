import type { Examples } from './example.ts'
import { judgingExamples } from './judging.ts'
import { peopleExamples } from './people.ts'

/** By operation id; a test holds each to the schemas of its route. */
export const examples: Examples = { ...judgingExamples, ...peopleExamples }
