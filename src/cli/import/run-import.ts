import { AppError } from '../../errors.ts'
import { toIssueText } from '../../formats/mistakes/issue-text.ts'
import { parsePolicy } from '../../formats/policy/parse-policy.ts'
import { checkQueries } from '../../sources/prometheus/queries/check-queries.ts'
import type { Streams } from '../command.ts'
import { plain, plainJson } from '../plain.ts'
import type { Asked } from './asked.ts'
import { fromArgo, isArgo } from './formats/argo.ts'
import { fromFlagger, isFlagger } from './formats/flagger.ts'
import { fromKayenta, isKayenta } from './formats/kayenta.ts'
import { lossText, policyText } from './import-text.ts'
import { type FileDocument, readDocuments } from './read-documents.ts'
import { type Imported, toPolicy } from './to-policy.ts'

export interface ImportFlags {
  readonly only?: string
  readonly json?: true
}

/** Writes the policy, and what it does not take over. Exit code 1: there is no policy. */
export async function runImport(
  files: readonly string[],
  { only, json }: ImportFlags,
  { input, output, errors }: Streams,
): Promise<number> {
  const imported = toPolicy(choose(await readAll(files, input), only))
  const refusal = refusalOf(imported)
  const text = refusal === undefined ? policyText(imported, files) : undefined
  const warnings =
    text === undefined ? [] : parsePolicy(text, 'made by import', checkQueries).warnings.map(toIssueText)
  if (json === true) {
    const { losses } = imported
    output.write(
      `${plainJson({ policy: text ?? null, notCarriedOver: losses, warnings, ...(refusal && { refusal }) }, 2)}\n`,
    )
    return refusal === undefined ? 0 : 1
  }
  if (text !== undefined) output.write(text)
  if (imported.losses.length > 0) errors.write('not carried over:\n')
  for (const loss of imported.losses) errors.write(`  ${lossText(loss)}\n`)
  for (const warning of warnings) errors.write(`warning: ${plain(warning)}\n`)
  if (refusal !== undefined) errors.write(`no policy: ${plain(refusal)}\n`)
  return refusal === undefined ? 0 : 1
}

async function readAll(files: readonly string[], input: Streams['input']): Promise<readonly Asked[]> {
  const documents = await readDocuments(files, input)
  const found = documents.flatMap((document) => readOne(document, documents))
  if (found.length > 0) return found
  const expected = 'a canaryConfig of Kayenta, an AnalysisTemplate or a Canary of Flagger'
  throw new AppError('bad-request', `expected ${expected} in ${files.join(', ')}, got none`)
}

function readOne(document: FileDocument, documents: readonly FileDocument[]): readonly Asked[] {
  if (isKayenta(document)) return [fromKayenta(document)]
  if (isArgo(document)) return [fromArgo(document)]
  return isFlagger(document) ? [fromFlagger(document, documents)] : []
}

function choose(all: readonly Asked[], only: string | undefined): Asked {
  const named = all.filter(({ name }) => only === undefined || name === only)
  const [first] = named
  if (first !== undefined && named.length === 1) return first
  const names = all.map(({ name }) => name).join(', ')
  throw new AppError('bad-request', `--only: expected one of ${names}, got ${only ?? 'none'}`)
}

function refusalOf({ metrics, missing }: Imported): string | undefined {
  if (missing.length > 0) return `${missing.join(', ')}: the file needs it, and no policy can have it`
  return metrics.length === 0 ? 'no metric could be carried over' : undefined
}
