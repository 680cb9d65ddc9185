/** What a query has between braces; undefined where the file does not say what it stands for. */
export type RoleOf = (name: string) => Role | undefined

/** Either its value, or what differs between rollouts: canary, stable, name, namespace, service, ingress. */
export type Role = { readonly value: string } | { readonly role: string }

/** The query with the values that the file has, and a role between double braces for all others. */
export function withRoles(query: string, pattern: RegExp, roleOf: RoleOf): string {
  // the length of a window is not compared
  return withPlaceholders(query, pattern, roleOf).replaceAll(/\[\{\{[^{}]*\}\}/g, '[5m')
}

/** As `withRoles`, and what a window has stays. */
export function withPlaceholders(query: string, pattern: RegExp, roleOf: RoleOf): string {
  return query.replaceAll(pattern, (...found) => {
    const name = String(found[1]).trim()
    const meaning = roleOf(name)
    if (meaning !== undefined && 'value' in meaning) return meaning.value
    return `{{${meaning?.role ?? toParam(name)}}}`
  })
}

/** The parameter of a request by which the value can be given. */
const toParam = (name: string): string =>
  name.replace(/^(?:args|variables)\./, '').replaceAll(/\W+(\w?)/g, (_, next: string) => next.toUpperCase())
