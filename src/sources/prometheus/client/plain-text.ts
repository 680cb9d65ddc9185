const LONGEST = 200

/** The text of a server as one short line without markup, for summaries, events and logs. */
export function plainText(text: string): string {
  // Argo escapes < > & in what it stores, and control characters could forge lines of a log
  const plain = text
    .replaceAll(/[^\u0020-\u007e\u00a0-\u{10ffff}]|[<>&]/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST - 1)}…` : plain
}
