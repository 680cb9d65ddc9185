import { InvalidArgumentError } from 'commander'

type ReadOption = (text: string) => number

/** Reads the value of an option that is a whole number. */
export const wholeNumber = (least: number, most: number): ReadOption =>
  within(/^\d{1,6}$/, 'a whole number', least, most)

/** Reads the value of an option that may have decimals. */
export const decimalNumber = (least: number, most: number): ReadOption =>
  within(/^\d+(\.\d+)?$/, 'a number', least, most)

function within(pattern: RegExp, what: string, least: number, most: number): ReadOption {
  return (text) => {
    const value = Number(text)
    if (pattern.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`expected ${what} from ${least} to ${most}.`)
  }
}
