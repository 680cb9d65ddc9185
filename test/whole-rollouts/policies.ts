import { readFileSync } from 'node:fs'

const orders = `
  - name: conversion
    kind: conversion
    select: pods
    good: orders_completed_total
    total: checkouts_started_total
`

/** A bundled policy under another name, with conversion besides its own metrics, or with settings of its own. */
export function variant(
  bundled: string,
  name: string,
  { settings = '', conversion = false }: { readonly settings?: string; readonly conversion?: boolean },
): Readonly<Record<string, string>> {
  const text = readFileSync(`policies/${bundled}.yaml`, 'utf8').replace(/^name: .*$/m, `name: ${name}`)
  return { [name]: `${settings}\n${text}${conversion ? orders.slice(1) : ''}` }
}
