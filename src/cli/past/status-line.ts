import type { Streams } from '../command.ts'
import { plain } from '../plain.ts'

/** One line on a terminal that says what is being done, and nothing elsewhere. */
export interface StatusLine {
  show(text: string): void
  clear(): void
}

export function statusLine(errors: Streams['errors']): StatusLine {
  if (errors.isTTY !== true) return { show: () => undefined, clear: () => undefined }
  return {
    show: (text) => void errors.write(`\r\u001B[K${plain(text)}`),
    clear: () => void errors.write('\r\u001B[K'),
  }
}
