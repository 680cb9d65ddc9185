/** Removes from a text what looks like credentials of a URL or of an Authorization header. */
export function hideSecrets(text: string): string {
  return text
    .replaceAll(/\b(Bearer|Basic) +[\w.~+/=:-]{4,}/gi, '$1 [hidden]')
    .replaceAll(/:\/\/[^/@\s"']+@/g, '://[hidden]@')
}
