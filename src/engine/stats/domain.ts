/**
 * The rule of this folder: arguments outside a function's domain, NaN included, are a mistake of the caller and throw
 * a RangeError that names the argument. A statistic that does not exist for valid data (no variance, an empty sample)
 * is `undefined`. No function here returns NaN.
 */
export function outOfDomain(name: string, expected: string, got: number): never {
  throw new RangeError(`expected ${name} ${expected}, got ${got}`)
}
