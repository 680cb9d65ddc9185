import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Fields, isFields } from '../../formats/policy/extend-policy.ts'
import { toMistakes } from '../../formats/mistakes/field-issues.ts'
import { toIssueText } from '../../formats/mistakes/issue-text.ts'
import { toPathText, valueAt } from '../../formats/mistakes/path.ts'
import { readYaml } from '../../formats/mistakes/read-yaml.ts'
import { schemaKeys } from '../../formats/mistakes/schema-keys.ts'
import { type ConfigFile, configSchema } from './config-schema.ts'
import { reason } from './read-files.ts'
import { repeatsValue, withoutSecrets } from './secret.ts'

export type FileReading =
  | {
      readonly ok: true
      readonly file: ConfigFile
      /** The defaults of policies as they are written, because policies are merged as they are written. */
      readonly defaults?: Fields
      readonly text: string
    }
  | { readonly ok: false; readonly mistakes: readonly string[] }

/** Reads the configuration file and fills in its defaults; throws with every mistake in it, with line and column. */
export async function readConfigFile(path: string | undefined): Promise<FileReading> {
  if (path === undefined) return { ok: true, file: configSchema.parse({}), text: '' }
  const text = await readText(path)
  if (typeof text !== 'string') return { ok: false, mistakes: [text.mistake] }
  // an empty file, or one with only comments, changes nothing
  if (text.split('\n').every(saysNothing)) {
    return { ok: true, file: configSchema.parse({}), text }
  }
  const reading = parse(text)
  if (reading.ok) return reading
  return { ok: false, mistakes: reading.mistakes.map((mistake) => `${basename(path)}: ${mistake}`) }
}

function saysNothing(line: string): boolean {
  const text = line.trim()
  return text === '' || text.startsWith('#') || /^(?:---|\.\.\.)(?:\s+#.*)?$/.test(text)
}

async function readText(path: string): Promise<string | { readonly mistake: string }> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    return { mistake: `CANARY_JUDGE_CONFIG: expected a readable file at ${path}, got ${reason(error)}` }
  }
}

function parse(text: string): FileReading {
  const reading = readYaml(text)
  if (!reading.ok) {
    const lines = text.split('\n')
    const mistakes = reading.issues.map((issue) => {
      const hidden = repeatsValue(issue.message, lines[(issue.line ?? 0) - 1] ?? '')
      const message = 'expected valid YAML here (is the value in quotes?)'
      return toIssueText(hidden ? { ...issue, message } : issue)
    })
    return { ok: false, mistakes }
  }
  const result = configSchema.safeParse(reading.value)
  if (result.success) {
    const defaults = valueAt(reading.value, ['defaults'])
    return { ok: true, file: result.data, ...(isFields(defaults) && { defaults }), text }
  }
  const shown = withoutSecrets(reading.value)
  const { mistakes } = toMistakes(result.error.issues, shown, schemaKeys(configSchema))
  const texts = mistakes.map(({ path, message, atKey }) => {
    const place = reading.locate(path, atKey === true ? 'key' : 'value')
    return toIssueText({ path: toPathText(path), message, ...place })
  })
  return { ok: false, mistakes: texts }
}
