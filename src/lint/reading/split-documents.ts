/** A part of a file between two lines `---`. */
export interface DocumentText {
  readonly text: string
  /** How many lines of the file come before it. */
  readonly linesBefore: number
}

/**
 * The documents of a file. They are parted before they are parsed, so that a mistake in one of them does not hide the
 * others.
 */
export function splitDocuments(text: string): readonly DocumentText[] {
  const documents: DocumentText[] = []
  let lines: string[] = []
  let linesBefore = 0
  const all = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  for (const [index, line] of all.entries()) {
    if (/^---(\s|$)/.test(line)) {
      documents.push({ text: lines.join('\n'), linesBefore })
      // what stands behind the marker belongs to the document; spaces keep its column
      lines = [`   ${line.slice(3)}`]
      linesBefore = index
    } else if (/^\.\.\.\s*$/.test(line)) {
      lines.push('')
    } else {
      lines.push(line)
    }
  }
  documents.push({ text: lines.join('\n'), linesBefore })
  return documents.filter((document) => document.text.split('\n').some(hasContent))
}

const hasContent = (line: string): boolean => /^[^#]/.test(line.trimStart())
