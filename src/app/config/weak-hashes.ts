import { hash } from 'node:crypto'

/** What stands in examples and what people try first. */
const words = `
  test testtest password passwordpassword password1 secret supersecret token mytoken admin administrator changeme
  change-me changemechangeme example example-token default canary canary-judge judge read decide argo flagger
  prometheus grafana kubernetes 1234 12345 123456 1234567 12345678 123456789 1234567890 0123456789abcdef 1234567890123456
  qwerty abc123 letmein welcome root user guest demo hello foo bar foobar
  none null undefined true false TOKEN $TOKEN "$TOKEN"
`
  .trim()
  .split(/\s+/)

const hashes: ReadonlySet<string> = new Set([
  // The one of our own example, which no token has.
  '0'.repeat(64),
  ...words.flatMap((word) => [hash('sha256', word), hash('sha256', `${word}\n`)]),
])

/** Whether this is the SHA-256 of a word that everybody knows, with or without the line break that `echo` adds. */
export const isWeakHash = (sha256: string): boolean => hashes.has(sha256)
