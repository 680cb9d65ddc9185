import type { Request, RequestHandler } from 'express'
import { ipKeyGenerator, rateLimit, type Store } from 'express-rate-limit'
import { AppError } from '../../errors.ts'
import type { Clock } from '../../judge/ports/ports.ts'
import { createBoundedCounter } from './bounded-counter.ts'
import type { HttpSettings } from '../http-settings.ts'
import { requestContext } from './request-context.ts'

export interface RateLimits {
  readonly read: RequestHandler
  readonly decide: RequestHandler
  /** Rejects with `rate-limited` when this address failed to log in too often. */
  checkLogins(request: Request): void
  countFailedLogin(request: Request): void
}

const windowMs = 60_000
const maxKeys = 10_000

export function createRateLimits({
  clock,
  settings,
}: {
  readonly clock: Clock
  readonly settings: () => HttpSettings
}): RateLimits {
  const failed = createBoundedCounter({ clock, windowMs, maxKeys })
  return {
    read: limiter(clock, () => settings().readsPerMinute),
    decide: limiter(clock, () => settings().decisionsPerMinute),
    checkLogins(request) {
      const window = failed.get(address(request))
      if (window === undefined || window.hits < settings().failedLoginsPerMinute) return
      throw tooMany('failed logins', settings().failedLoginsPerMinute, window.resetAt - clock.now())
    },
    countFailedLogin: (request) => void failed.increment(address(request)),
  }
}

function limiter(clock: Clock, limit: () => number): RequestHandler {
  return rateLimit({
    windowMs,
    limit,
    store: boundedStore(clock),
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: clientKey,
    // the library has already set Retry-After
    handler: (_request, _response, next) => next(tooMany('requests', limit())),
    // the library's checks of the proxy set-up write to the console
    validate: false,
  })
}

function boundedStore(clock: Clock): Store {
  const counter = createBoundedCounter({ clock, windowMs, maxKeys })
  return {
    localKeys: true,
    increment(key) {
      const { hits, resetAt } = counter.increment(key)
      // the library uses the system's clock, not the one of this service
      return { totalHits: hits, resetTime: new Date(Date.now() + resetAt - clock.now()) }
    },
    decrement: (key) => counter.decrement(key),
    resetKey: (key) => counter.delete(key),
  }
}

/** Limits by token where there is one, because behind an ingress all clients have the same address. */
function clientKey(request: Request): string {
  const caller = requestContext(request).caller
  return caller?.authenticated === true ? `token ${caller.name}` : address(request)
}

const address = (request: Request): string => ipKeyGenerator(request.ip ?? '')

function tooMany(what: string, limit: number, waitMs?: number): AppError {
  const wait = waitMs === undefined ? {} : { retryAfter: Math.max(1, Math.ceil(waitMs / 1000)) }
  return new AppError('rate-limited', `expected at most ${limit} ${what} a minute, got more`, wait)
}
