/** "No sample" among the numbers of a typed array; a power of two, so that 32 bits hold it too. */
export const ABSENT = -(2 ** 127)

/** What can be added up: a number, else 0. */
export function finite(value: number | undefined): number {
  return value !== undefined && value !== ABSENT && Number.isFinite(value) ? value : 0
}
