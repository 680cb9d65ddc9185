import type { Request, Response, NextFunction } from 'express'
import { AppError } from '../../errors.ts'

/** RFC 9112 has both refused: a proxy that takes another of two hosts would see another request than we do. */
export function checkHost(request: Request, _response: Response, next: NextFunction): void {
  const hosts = request.headersDistinct['host']?.length ?? 0
  const atLeast = request.httpVersion === '1.0' ? 0 : 1
  if (hosts < atLeast || hosts > 1) {
    throw new AppError('bad-request', `expected one Host header, got ${hosts === 0 ? 'none' : hosts}`)
  }
  next()
}
