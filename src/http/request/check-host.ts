import type { Request, Response, NextFunction } from 'express'
import { AppError } from '../../errors.ts'

/**
 * Refuses no Host and several, as RFC 9112 demands: of two hosts a proxy could use the other one than this service.
 */
export function checkHost(request: Request, _response: Response, next: NextFunction): void {
  const hosts = request.headersDistinct['host']?.length ?? 0
  const atLeast = request.httpVersion === '1.0' ? 0 : 1
  if (hosts < atLeast || hosts > 1) {
    throw new AppError('bad-request', `expected one Host header, got ${hosts === 0 ? 'none' : hosts}`)
  }
  next()
}
