import { mkdirSync, writeFileSync } from 'node:fs'
import { jsonSchemas, toSchemaText } from './contents/policy-json-schemas.ts'

const folder = new URL('../schemas/', import.meta.url)
mkdirSync(folder, { recursive: true })
for (const [name, schema] of Object.entries(jsonSchemas())) {
  writeFileSync(new URL(name, folder), toSchemaText(schema))
  console.log(`schemas/${name}`)
}
