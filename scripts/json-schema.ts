/**
 * Writes the JSON Schemas of records, results, set-asides and the HTTP API. Programs in other
 * languages can use the schemas. The command `npm run schemas` runs this program.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { buildJsonSchemas } from './json-schema-documents.ts';

const OUTPUT = new URL('../schemas/output/', import.meta.url);

await mkdir(OUTPUT, { recursive: true });
for (const [name, document] of Object.entries(buildJsonSchemas())) {
  await writeFile(new URL(name, OUTPUT), `${JSON.stringify(document, null, 2)}\n`);
}
