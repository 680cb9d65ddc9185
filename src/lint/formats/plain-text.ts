import { styleText } from 'node:util'
import type { Finding, Severity } from '../model/finding.ts'
import type { LintReport } from '../model/report.ts'
import { ruleNamed } from './rule-named.ts'
import { summaryOf } from './summary.ts'

export interface TextOptions {
  readonly colors: boolean
  readonly columns: number
}

/** The findings for people: file by file; why and how to mend once for each rule. */
export function toText(report: LintReport, options: TextOptions): string {
  const paint = painter(options)
  const explained = new Set<string>()
  const blocks = [...Map.groupBy(report.findings, ({ file }) => file)].map(([file, findings]) => {
    const placeWidth = Math.max(...findings.map((each) => placeOf(each).length))
    const lines = findings.flatMap((finding) => {
      const first = !explained.has(finding.rule)
      explained.add(finding.rule)
      return findingLines(finding, { first, placeWidth, paint, columns: options.columns })
    })
    return [paint('bold', file === '-' ? 'standard input' : file), ...lines, ''].join('\n')
  })
  return [...blocks, `${summaryOf(report)}\n`].join('\n')
}

const placeOf = ({ line, column }: Finding): string => `${line}:${column}`

interface LineOptions {
  /** Whether this is the first finding of its rule. */
  readonly first: boolean
  readonly placeWidth: number
  readonly columns: number
  readonly paint: Paint
}

function findingLines(finding: Finding, options: LineOptions): readonly string[] {
  const { first, placeWidth, columns, paint } = options
  const { rule, severity, object, message } = finding
  const indent = ' '.repeat(placeWidth + 4)
  const head = `${paint(colors[severity], severity.padEnd(7))}  ${paint('bold', rule)}  ${paint('dim', object)}`
  const say = (word: string, text: string, style: Style): readonly string[] =>
    wrap(text, columns - indent.length - word.length).map((line, index) =>
      paint(style, `${indent}${index === 0 ? word : ' '.repeat(word.length)}${line}`),
    )
  const what = say('', message, 'reset')
  const explained = first
    ? [
        ...say('why   ', ruleNamed(rule)?.why ?? '', 'dim'),
        ...say('mend  ', ruleNamed(rule)?.mend ?? '', 'green'),
      ]
    : []
  return [`  ${placeOf(finding).padStart(placeWidth)}  ${head}`.trimEnd(), ...what, ...explained]
}

/** A command between backticks is one word, so that it can be copied. */
function wordsOf(text: string): readonly string[] {
  const words: string[] = []
  let quoted = false
  for (const part of text.split(' ')) {
    if (quoted) words.push(`${words.pop() ?? ''} ${part}`)
    else words.push(part)
    if (part.split('`').length % 2 === 0) quoted = !quoted
  }
  return words
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of wordsOf(text)) {
    if (line !== '' && line.length + 1 + word.length > Math.max(width, 40)) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'cyan' | 'green' | 'reset'
type Paint = (style: Style, text: string) => string

const colors: Readonly<Record<Severity, Style>> = { error: 'red', warning: 'yellow', note: 'cyan' }

const painter =
  ({ colors: wanted }: TextOptions): Paint =>
  (style, text) =>
    wanted && style !== 'reset' ? styleText(style, text, { validateStream: false }) : text
