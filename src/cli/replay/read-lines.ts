export interface Line {
  /** Counts from 1, empty lines included. */
  readonly number: number
  /** undefined when the line is longer than the limit. */
  readonly bytes: Buffer | undefined
}

const newline = 0x0a

/** The lines of a stream that are not blank, one at a time. The part of a line beyond the limit is dropped. */
export async function* readLines(input: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Line> {
  let number = 1
  let parts: Uint8Array[] = []
  let length = 0
  const take = (): Line => {
    const line = { number, bytes: length > limit ? undefined : Buffer.concat(parts) }
    number += 1
    parts = []
    length = 0
    return line
  }
  const add = (part: Uint8Array): void => {
    length += part.length
    if (length > limit) parts = []
    else if (part.length > 0) parts.push(part)
  }
  for await (const chunk of input) {
    let from = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      add(chunk.subarray(from, end))
      from = end + 1
      const line = take()
      if (!isBlank(line.bytes)) yield line
    }
    add(chunk.subarray(from))
  }
  const last = take()
  if (!isBlank(last.bytes)) yield last
}

function isBlank(bytes: Buffer | undefined): boolean {
  return bytes !== undefined && bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)
}
