/** The weight that the canary has from now on, if Flagger's event gives one. */
export function weightOfEvent(message: string, name: string, namespace: string): number | undefined {
  const [, subject, weight] = /^Advance (\S{1,520}) canary weight (\d{1,3})$/.exec(message.trim()) ?? []
  return subject === `${name}.${namespace}` ? Number(weight) : undefined
}
