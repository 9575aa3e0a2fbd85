/**
 * Writes the JSON Schemas of records and results. Programs in other languages can use the schemas.
 * The command `npm run schemas` runs this program.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { recordSchema } from '../schemas/record.ts';
import { resultSchema } from '../schemas/result.ts';

const OUTPUT = new URL('../schemas/output/', import.meta.url);

const documents = {
  'record.v1.schema.json': {
    title: 'AuraStream record, version 1',
    ...z.toJSONSchema(recordSchema, { io: 'input' }),
  },
  'result.v1.schema.json': {
    title: 'AuraStream result, version 1',
    ...z.toJSONSchema(resultSchema),
  },
};

await mkdir(OUTPUT, { recursive: true });
for (const [name, document] of Object.entries(documents)) {
  await writeFile(new URL(name, OUTPUT), `${JSON.stringify(document, null, 2)}\n`);
}
