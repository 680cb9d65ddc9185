/** Pages with transcripts; `npm run docs:transcripts` writes them. */
export const transcriptPages = [
  'docs/operations.md',
  'docs/argo.md',
  'docs/flagger.md',
  'docs/policies.md',
  'docs/debugging.md',
] as const
