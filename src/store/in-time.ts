/** What the work gives, or `late`; what goes on of it then is the business of whoever began it. */
export const inTime = async <T>(work: Promise<T>, timeoutMs: number): Promise<T | 'late'> => {
  const { promise: late, resolve } = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => {
    resolve('late')
  }, timeoutMs)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
