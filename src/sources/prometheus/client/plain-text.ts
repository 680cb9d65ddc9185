const LONGEST = 200

/** Text of a server, made fit for summaries, events and logs: one short line without markup. */
export function plainText(text: string): string {
  // Argo escapes < > & in what it stores, and control characters could forge lines of a log
  const plain = text
    .replaceAll(/[^\u0020-\u007e\u00a0-\u{10ffff}]|[<>&]/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST - 1)}…` : plain
}
