import { z } from 'zod'
import {
  durationPattern,
  parseChange,
  parseDrop,
  parseDuration,
  parseQuantile,
  parseQuantity,
  parseRatio,
  parseSeconds,
  parseShare,
  percentPattern,
  plainPattern,
  quantilePattern,
  quantityPattern,
  toDuration,
  type Written,
} from './amounts.ts'

interface Range {
  readonly above?: number
  readonly min?: number
  readonly max?: number
  readonly below?: number
}

interface Amount {
  readonly read: (written: Written) => number | undefined
  readonly range: Range
  readonly example: string
  readonly description: string
  /** The JSON Schema of a plain number; without it, only its range. */
  readonly number?: object
  /** The patterns of text in the JSON Schema. */
  readonly patterns: readonly string[]
  /** How a limit of the range is written. */
  readonly show?: (limit: number) => string
}

type AmountSchema = z.ZodType<number>

/** `N%` is the ratio 1 + N/100. */
export function ratio(description: string, range: Range = {}): AmountSchema {
  return amount({
    read: parseRatio,
    range: { min: 1, max: 1000, ...range },
    example: 'a ratio such as 1.5, or a percentage such as 50%',
    description,
    patterns: [percentPattern, plainPattern],
  })
}

/** A relative drop, as a percentage, a share, or the ratio 1/(1−drop). */
export function drop(description: string, range: Range = {}): AmountSchema {
  return amount({
    read: parseDrop,
    range: { min: 0, max: 0.999, ...range },
    example: 'a percentage such as 10%, or a drop such as 0.1',
    description,
    number: { type: 'number', minimum: 0, maximum: 1000 },
    patterns: [percentPattern, plainPattern],
  })
}

/** A part of stable's value, or a difference in the metric's own unit. */
export function change(description: string, range: Range): AmountSchema {
  return amount({
    read: parseChange,
    range,
    example: 'a percentage such as 10%, or a number such as 5',
    description,
    patterns: [percentPattern, quantityPattern],
  })
}

export function share(description: string, range: Range): AmountSchema {
  return amount({
    read: parseShare,
    range,
    example: 'a percentage such as 5%, or a share such as 0.05',
    description,
    patterns: [percentPattern, plainPattern],
  })
}

/** `or` names what else the value may be. */
export function duration(description: string, range: Range, or = ''): AmountSchema {
  return amount({
    read: parseDuration,
    range,
    example: `${or}a duration such as 90s, 3m or 1h30m`,
    description,
    number: { const: 0 },
    patterns: [durationPattern],
    show: toDuration,
  })
}

export function seconds(description: string, range: Range): AmountSchema {
  return amount({
    read: parseSeconds,
    range,
    example: 'a duration such as 250ms or 1s, or a number of seconds',
    description,
    patterns: [durationPattern, plainPattern],
    show: toDuration,
  })
}

export function quantity(description: string, range: Range): AmountSchema {
  return amount({
    read: parseQuantity,
    range,
    example: 'a number or a quantity such as 512Mi',
    description,
    patterns: [quantityPattern],
  })
}

export function quantile(description: string): AmountSchema {
  return amount({
    read: parseQuantile,
    range: {},
    example: 'a quantile such as 0.95, 95% or p95',
    description,
    number: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    patterns: [quantilePattern],
  })
}

function amount({
  read,
  range,
  example,
  description,
  number,
  patterns,
  show = String,
}: Amount): AmountSchema {
  const expected = `expected ${example}${rangeText(range, show)}`
  const anyOf = [number ?? toNumberSchema(range), ...patterns.map((pattern) => ({ type: 'string', pattern }))]
  return z
    .unknown()
    .meta({ description, anyOf })
    .transform((written, context) => {
      const value = isWritten(written) ? read(written) : undefined
      if (value !== undefined && within(value, range)) return value
      context.addIssue({ code: 'custom', message: expected })
      return z.NEVER
    })
}

function toNumberSchema({ above, min, max, below }: Range): object {
  return {
    type: 'number',
    ...(above === undefined ? min !== undefined && { minimum: min } : { exclusiveMinimum: above }),
    ...(max !== undefined && { maximum: max }),
    ...(below !== undefined && { exclusiveMaximum: below }),
  }
}

const isWritten = (value: unknown): value is Written =>
  typeof value === 'number' || (typeof value === 'string' && value.length <= 40)

function within(value: number, { above, min, max, below }: Range): boolean {
  if (above !== undefined && value <= above) return false
  if (min !== undefined && value < min) return false
  if (below !== undefined && value >= below) return false
  return max === undefined || value <= max
}

function rangeText({ above, min, max, below }: Range, show: (limit: number) => string): string {
  const limits = [
    above !== undefined && `above ${show(above)}`,
    above === undefined && min !== undefined && `at least ${show(min)}`,
    max !== undefined && `at most ${show(max)}`,
    below !== undefined && `below ${show(below)}`,
  ].filter((text) => text !== false)
  return limits.length === 0 ? '' : ` (${limits.join(' and ')})`
}
