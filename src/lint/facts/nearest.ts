import { dirname } from 'node:path'

interface Placed {
  readonly file: string
}

/** Of objects with one name the one of the same file, else of the same folder, else the only one. */
export function nearest<T extends Placed>(candidates: readonly T[], { file }: Placed): T | undefined {
  const here = candidates.find((each) => each.file === file)
  const beside = candidates.filter((each) => dirname(each.file) === dirname(file))
  if (here !== undefined || beside.length === 1) return here ?? beside[0]
  return candidates.length === 1 ? candidates[0] : undefined
}
