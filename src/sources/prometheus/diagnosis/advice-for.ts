import type { SourceError } from '../client/source-error.ts'

/** What to check where a source does not answer. */
export function adviceFor({ kind, httpStatus, message }: SourceError): string {
  if (httpStatus === 401 || httpStatus === 403) return 'check its auth and headers'
  if (httpStatus === 404 || httpStatus === 405) return 'check its url and prefix: there is no Prometheus API'
  if (kind === 'source-down' && /ECONNREFUSED/.test(message)) return 'nothing listens there: check its url'
  if (kind === 'source-down' && /ENOTFOUND|EAI_AGAIN/.test(message)) return 'check the host name of its url'
  if (kind === 'source-down' && /EPROTO|ERR_SSL/.test(message)) {
    return 'it speaks no TLS, or another kind of it: check whether its url begins with https'
  }
  if (kind === 'source-down' && /CERT|SIGNATURE|ERR_TLS/.test(message)) {
    return 'its certificate is not trusted, or for another name: set tls.ca or tls.serverName'
  }
  switch (kind) {
    case 'source-invalid':
    case 'source-refused':
      return 'something else than Prometheus answers, such as a login page or a proxy: check its url, prefix and auth'
    case 'source-timeout':
      return 'check whether it is reachable from here and not overloaded'
    case 'source-down':
    case 'source-partial':
    case 'source-too-large':
      return 'check whether it is up and reachable from here'
    default:
      return kind satisfies never
  }
}
