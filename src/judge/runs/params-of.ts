import type { Run } from '../ports/ports.ts'

type Params = Readonly<Record<string, string>>

/** What a caller says counts; one that says nothing means what the run was looked at with before. */
export function paramsOf(asked: Params | undefined, run: Pick<Run, 'params'> | undefined): Params {
  return asked !== undefined && Object.keys(asked).length > 0 ? asked : (run?.params ?? {})
}
