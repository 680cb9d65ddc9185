import type { Readable } from 'node:stream'
import { readFile } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'
import type { z } from 'zod'
import { AppError } from '../../errors.ts'
import { type Fields, isFields } from '../../formats/policy/extend-policy.ts'
import { type Path, toPathText } from '../../formats/mistakes/path.ts'
import { readYaml } from '../../formats/mistakes/read-yaml.ts'
import { toIssueText } from '../../formats/mistakes/issue-text.ts'
import { isHelmTemplate } from '../../lint/reading/parse-document.ts'
import { messageOf } from '../message-of.ts'
import type { Place } from './asked.ts'

/** One document of a file: a manifest, or a whole JSON file. */
export interface FileDocument {
  readonly value: Fields
  readonly placeOf: (path: Path) => Place
}

/** Every document of YAML or JSON files, those of a List of Kubernetes too; `-` is the standard input. */
export async function readDocuments(
  files: readonly string[],
  input: Readable,
): Promise<readonly FileDocument[]> {
  const texts = await Promise.all(files.map((file) => readText(file, input)))
  return texts.flatMap((text, index) =>
    documentsIn(text, files[index] === '-' ? 'stdin' : (files[index] ?? '')),
  )
}

async function readText(file: string, input: Readable): Promise<string> {
  try {
    return file === '-' ? await textOf(input) : await readFile(file, 'utf8')
  } catch (error) {
    throw new AppError('bad-request', `expected a readable file at ${file}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

function documentsIn(text: string, file: string): readonly FileDocument[] {
  const parts: { line: number; lines: string[] }[] = [{ line: 1, lines: [] }]
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^---(?:\s|$)/.test(line)) parts.push({ line: index + 2, lines: [] })
    else parts.at(-1)?.lines.push(line)
  }
  return parts
    .filter(({ lines }) => lines.some((line) => /^\s*[^\s#]/.test(line)))
    .flatMap(({ line, lines }) => readPart(lines.join('\n'), file, line))
}

function readPart(text: string, file: string, firstLine: number): readonly FileDocument[] {
  const reading = readYaml(text)
  if (!reading.ok) {
    if (isHelmTemplate(text))
      throw new AppError(
        'bad-request',
        `${file}: expected a rendered manifest, got a template of Helm: give what \`helm template\` prints`,
      )
    const issues = reading.issues.map((issue) => ({ ...issue, line: (issue.line ?? 1) + firstLine - 1 }))
    throw new AppError('bad-request', `${file}: ${issues.map(toIssueText).join('; ')}`)
  }
  const { value, locate } = reading
  const placeOf = (path: Path): Place => ({ file, line: (locate(path)?.line ?? 1) + firstLine - 1 })
  if (!isFields(value)) return []
  if (value['kind'] !== 'List' || !Array.isArray(value['items'])) return [{ value, placeOf }]
  const items: readonly unknown[] = value['items']
  return items.flatMap((item, index) =>
    isFields(item) ? [{ value: item, placeOf: (path: Path) => placeOf(['items', index, ...path]) }] : [],
  )
}

/** The document in the form that its format has; throws with the place of the first mistake. */
export function readAs<T>(schema: z.ZodType<T>, { value, placeOf }: FileDocument): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const path = (issue?.path ?? []).map((part) => (typeof part === 'number' ? part : String(part)))
  const { file, line } = placeOf(path)
  throw new AppError(
    'bad-request',
    `${file}:${line}: ${toPathText(path)}: ${issue?.message ?? 'expected another value'}`,
  )
}
