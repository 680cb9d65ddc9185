import { hash } from 'node:crypto'

/** Words from examples and words that attackers try first. */
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
  // the hash in our own example, which is the hash of no token
  '0'.repeat(64),
  ...words.flatMap((word) => [hash('sha256', word), hash('sha256', `${word}\n`)]),
])

/** Whether this is the SHA-256 of a well-known word, with or without the line break that `echo` adds. */
export const isWeakHash = (sha256: string): boolean => hashes.has(sha256)
