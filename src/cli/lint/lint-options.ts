import { bundledPolicies } from '../../app/reload/policy-places.ts'
import { readPolicy } from '../../app/reload/read-policy.ts'
import { AppError } from '../../errors.ts'
import { createPolicyLibrary } from '../../judge/judge.ts'
import type { LintOptions } from '../../lint/lint.ts'
import type { Manifest, ReadPolicyResult } from '../../lint/model/manifest.ts'
import { basesBeside, basesIn } from '../read-policy-file.ts'

/** Policies are read as the service reads them, with the bundled ones and those beside them. */
export async function lintOptions(): Promise<LintOptions> {
  const library = createPolicyLibrary(readPolicy)
  const { take } = await library.read({ bundled: bundledPolicies })
  take()
  const bundled = new Map(library.list().map(({ policy }) => [policy.name, policy]))
  const readBases = onceEach(basesIn)
  return {
    readPolicy: (manifest) => readManifest(manifest, readBases),
    bundledPolicy: (name) => bundled.get(name),
  }
}

/** Remembers what was read of each folder, because all policies in it have the same bases. */
function onceEach(read: typeof basesIn): typeof basesIn {
  const known = new Map<string, ReturnType<typeof basesIn>>()
  return (directory) => {
    const bases = known.get(directory) ?? read(directory)
    known.set(directory, bases)
    return bases
  }
}

async function readManifest({ file, text }: Manifest, readBases: typeof basesIn): Promise<ReadPolicyResult> {
  try {
    const { policy, warnings } = readPolicy(text, undefined, await basesBeside(file, text, readBases))
    return { policy, mistakes: [], warnings }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const mistakes = error.issues.length === 0 ? [{ path: '', message: error.message }] : error.issues
    return { mistakes, warnings: [] }
  }
}
